/** What a received content does to the store. Runs inside the transaction of its batch. */
import { assertNever } from '../../../src-shared/errors.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import { MAX_DISPLAY_NAME_CHARACTERS, orderToMs } from '../../../src-shared/protocol/limits.ts';
import { storeAttachments } from '../attachments/receive.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { conversationWith } from '../conversations/open.ts';
import type { Conversation } from '../conversations/repository.ts';
import { advance, judgeLate, judgeLink } from '../crypto/author-chain.ts';
import { isPlausible } from '../crypto/hybrid-clock.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import { takeJoinRequest, takeRoomUpdate } from '../rooms/receive.ts';
import { applyToRoom } from '../rooms/apply.ts';
import { applyReceipt } from '../receipts/apply.ts';
import { applyReadSync } from '../receipts/read.ts';
import { applyOperation } from '../messages/operations.ts';
import { applyText } from '../messages/receive.ts';
import { applyOwnSync } from './own-sync.ts';
import type { VerifiedContent } from './open-envelope.ts';

/** What is known of a content besides itself. */
export interface Arrival {
  readonly acceptedOrder: number;
  readonly receivedAtMs: number;
}

/** What a stranger can start a conversation with. A mere typing mark does not make one appear. */
const OPENS_CONVERSATION: ReadonlySet<string> = new Set(['text', 'profile']);

export function applyContent(
  context: EngineContext,
  changes: Changes,
  { content, signature }: VerifiedContent,
  arrival: Arrival,
): void {
  const { store } = context;
  const account = context.requireAccount();
  const isOwn = content.author.accountId === account.accountId;
  if (content.recipientId === null) {
    applyToRoom(context, changes, { content, signature }, arrival, applyTo);
    return;
  }
  const peerId = isOwn ? content.recipientId : content.author.accountId;
  const conversation = OPENS_CONVERSATION.has(content.body.case)
    ? conversationWith(context, peerId, { newState: isOwn ? 'active' : 'request' })
    : store.conversations.byPeer(peerId);
  if (conversation === null) return;
  applyTo(context, changes, conversation, { content, signature }, arrival);
}

/** In a conversation that is there. */
export function applyTo(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  { content, signature }: VerifiedContent,
  arrival: Arrival,
): void {
  const isOwn = content.author.accountId === context.requireAccount().accountId;
  // People who are blocked are not heard; their chain goes on, so that unblocking shows no false gap.
  const isBlocked = conversation.state === 'blocked' && !isOwn;
  const chain = followChain(context, conversation, content);
  if (isBlocked) return;

  const clock = isPlausible(content.time, orderToMs(arrival.acceptedOrder)) ? 'plausible' : 'future';
  const { body } = content;
  switch (body.case) {
    case 'text': {
      const integrity = { signature, chain, clock } as const;
      const incoming = { conversation, content, text: body.value, integrity, arrival };
      // A copy of a known message cannot add files to it.
      if (applyText(context, changes, incoming) === 'stored') {
        storeAttachments(context, changes, content.messageId, body.value.attachments);
      }
      return;
    }
    case 'edit':
    case 'delete':
    case 'reaction':
    case 'pin':
    case 'timer':
      applyOperation(context, changes, {
        conversation,
        header: content,
        body,
        signed: content.signed,
        integrity: { signature, chain, clock },
        acceptedOrder: arrival.acceptedOrder,
      });
      return;
    case 'ownSync':
      if (isOwn && signature === 'valid') applyOwnSync(context, changes, conversation, content, body.value);
      return;
    case 'receipt':
      if (!isOwn)
        applyReceipt(
          context,
          changes,
          conversation,
          content.author.accountId,
          body.value,
          arrival.receivedAtMs,
        );
      return;
    case 'profile':
      if (!isOwn && signature === 'valid') applyProfile(context, changes, conversation, content, body.value);
      return;
    case 'readSync':
      if (isOwn && signature === 'valid') applyReadSync(context, changes, conversation, body.value);
      return;
    case 'typing':
      if (!isOwn) applyTyping(changes, conversation, content.author.accountId, body.value);
      return;
    case 'roomUpdate':
      if (conversation.kind === 'room') takeRoomUpdate(context, changes, conversation, body.value);
      return;
    case 'roomJoinRequest':
      if (conversation.kind === 'room') takeJoinRequest(context, changes, conversation, content, body.value);
      return;
    case 'roomWelcome':
      // The room is there already: what is news in it comes by its log.
      if (conversation.kind === 'room') changes.roomsToFollow.add(conversation.row);
      return;
    case 'senderKeyShare':
      // Taken in where the keys are, when it was opened.
      return;
    case 'sessionReset':
      // The session it came through is all it wanted to bring.
      return;
    default:
      assertNever(body);
  }
}

function followChain(context: EngineContext, conversation: Conversation, content: ParsedContent) {
  if (content.chain === null) return 'first';
  const { store } = context;
  const { author, chain, signed } = content;
  const head = store.chains.head(conversation.row, author, chain.epoch);
  const verdict = judgeLink(head, chain);
  if (verdict === 'late') {
    const near = store.messages.linksAround(conversation.row, author, chain);
    return judgeLate(chain, signed.content, near);
  }
  store.chains.save(conversation.row, author, chain.epoch, advance(head, chain, signed.content));
  return verdict;
}

function applyProfile(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  content: ParsedContent,
  profile: wire.Profile,
): void {
  const name = profile.displayName.trim().slice(0, MAX_DISPLAY_NAME_CHARACTERS);
  if (context.store.contacts.setProfile(content.author.accountId, name, content.time)) {
    changes.conversation(conversation.row);
  }
}

function applyTyping(
  changes: Changes,
  conversation: Conversation,
  accountId: AccountId,
  typing: wire.Typing,
): void {
  if (conversation.state !== 'active') return;
  changes.event({ type: 'typing', roomId: conversation.roomId, accountId, isTyping: typing.active });
}

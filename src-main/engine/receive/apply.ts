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
import { advance, judgeLink } from '../crypto/author-chain.ts';
import { isPlausible } from '../crypto/hybrid-clock.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import { applyReceipt } from '../receipts/apply.ts';
import { applyReadSync } from '../receipts/read.ts';
import { applyText } from '../messages/receive.ts';
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
  const peerId = isOwn ? content.recipientId : content.author.accountId;
  const conversation = OPENS_CONVERSATION.has(content.body.case)
    ? conversationWith(context, peerId, { newState: isOwn ? 'active' : 'request' })
    : store.conversations.byPeer(peerId);
  if (conversation === null) return;
  // People who are blocked are not heard; their chain goes on, so that unblocking shows no false gap.
  const isBlocked = conversation.state === 'blocked' && !isOwn;
  const chain = followChain(context, conversation, content);
  if (isBlocked) return;

  const { body } = content;
  switch (body.case) {
    case 'text': {
      const clock = isPlausible(content.time, orderToMs(arrival.acceptedOrder)) ? 'plausible' : 'future';
      const integrity = { signature, chain, clock } as const;
      const incoming = { conversation, content, text: body.value.text, integrity, arrival };
      // A copy of a known message cannot add files to it.
      if (applyText(context, changes, incoming) === 'stored') {
        storeAttachments(context, changes, content.messageId, body.value.attachments);
      }
      return;
    }
    case 'receipt':
      if (!isOwn) applyReceipt(context, changes, conversation, body.value, arrival.receivedAtMs);
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
    case 'sessionReset':
      // The session it came through is all it wanted to bring.
      return;
    default:
      assertNever(body);
  }
}

function followChain(context: EngineContext, conversation: Conversation, content: ParsedContent) {
  if (content.chain === null) return 'first';
  const head = context.store.chains.head(conversation.row, content.author);
  const verdict = judgeLink(head, content.chain);
  context.store.chains.save(
    conversation.row,
    content.author,
    advance(head, content.chain, content.signed.content),
  );
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
  if (context.store.contacts.setProfile(conversation.peerId, name, content.time)) {
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

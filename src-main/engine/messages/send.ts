/** Saying something: the message and its place in the outbox are durable when this returns. */
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { AccountId, DeviceAddress, MessageId, RoomId } from '../../../src-shared/ids.ts';
import { MAX_MENTIONS } from '../../../src-shared/protocol/limits.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { ChainPlace } from '../crypto/author-chain.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { writeDraft } from '../drafts/service.ts';
import { composeContent, queueProfileIfNews } from '../send/compose.ts';
import { noteReply, threadOf } from '../threads/service.ts';
import { checkMayPost } from '../rooms/checks.ts';
import { checkMaySend, checkText, requireConversation, requireMessage } from './checks.ts';
import {
  quoteText,
  textToWire,
  withoutOverlaps,
  type Mention,
  type MessageText,
  type Quote,
} from './extras.ts';
import { findMentions } from './mentions.ts';

/** What a person wants to say. */
export interface Saying {
  readonly text: string;
  /** Found in the text where absent. */
  readonly mentions?: readonly Mention[] | undefined;
  /** The message it answers. */
  readonly quote?: MessageId | undefined;
  readonly thread?: { readonly root: MessageId; readonly place: 'thread' | 'thread-and-room' } | undefined;
}

/**
 * Stores a text message and queues it. Throws `message-empty`, `message-too-long`, `blocked`,
 * `identity-changed`, `not-found` (room, quoted message or thread); then nothing was stored.
 */
export function sendText(context: EngineContext, roomId: RoomId, saying: Saying): MessageId {
  const { conversation, message } = prepareText(context, roomId, saying, 'has-words');
  return context.transact((changes) => say(context, changes, conversation, message));
}

/** Everything about a text that can be refused. Throws as `sendText` does; stores nothing. */
export function prepareText(
  context: EngineContext,
  roomId: RoomId,
  saying: Saying,
  emptiness: 'has-words' | 'may-be-empty',
): { readonly conversation: Conversation; readonly message: MessageText } {
  const conversation = requireConversation(context, roomId);
  // Lone surrogates would come out differently on the other side.
  const text = saying.text.toWellFormed();
  checkText(text, emptiness);
  checkMaySend(context, conversation);
  checkMayPost(context, conversation);
  const mentions = mentionsOf(context, conversation, text, saying.mentions);
  const quote = saying.quote === undefined ? null : quoteOf(context, conversation, saying.quote);
  const message: MessageText = {
    text,
    extras: { ...(mentions.length === 0 ? {} : { mentions }), ...(quote === null ? {} : { quote }) },
    threadRoot: saying.thread === undefined ? null : threadOf(context, conversation, saying.thread.root),
    place: saying.thread?.place ?? 'room',
    expiresAfterS: conversation.timerS === 0 ? null : conversation.timerS,
  };
  return { conversation, message };
}

/** Says the same words elsewhere, without saying whose they were. Throws as `sendText` does. */
export function forwardMessage(
  context: EngineContext,
  messageId: MessageId,
  roomIds: readonly RoomId[],
): readonly MessageId[] {
  requireMessage(context, messageId);
  const shown = context.store.messages.shown(messageId);
  if (shown === null) throw new KithError('not-found', 'There is no such message on this device.');
  const targets = roomIds.map((roomId) => requireConversation(context, roomId));
  for (const target of targets) {
    checkMaySend(context, target);
    checkMayPost(context, target);
  }
  return context.transact((changes) =>
    targets.map((target) =>
      say(context, changes, target, {
        text: shown.text,
        extras: { isForwarded: true },
        threadRoot: null,
        place: 'room',
        expiresAfterS: target.timerS === 0 ? null : target.timerS,
      }),
    ),
  );
}

function say(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  message: MessageText,
): MessageId {
  const { store } = context;
  if (conversation.kind === 'direct') queueProfileIfNews(context, changes, conversation);
  const { header, signed } = composeContent(context, {
    conversation,
    body: { case: 'text', value: textToWire(message) },
  });
  storeOwn(context, changes, conversation, {
    messageId: header.messageId,
    author: header.author,
    sentAtMs: header.time.ms,
    message,
    signed,
    chain: header.chain,
    verdict: header.chain?.index === 1 ? 'first' : 'continues',
  });
  store.outbox.add({
    conversation: conversation.row,
    audience: 'everyone',
    recipients: null,
    messageId: header.messageId,
    signed,
    createdAtMs: context.clock.now(),
  });
  changes.toSend.add(conversation.row);
  return header.messageId;
}

/** One of ours, as it shows from now on; it may still have to be signed. */
export interface OwnMessage {
  readonly messageId: MessageId;
  readonly author: DeviceAddress;
  readonly sentAtMs: number;
  readonly message: MessageText;
  readonly signed: SignedBytes | null;
  readonly chain: ChainPlace | null;
  readonly verdict: IntegrityVerdict['chain'];
}

/** Runs inside the caller's transaction. */
export function storeOwn(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  { verdict, ...own }: OwnMessage,
): void {
  const { store } = context;
  // Writing to somebody answers their request.
  if (conversation.state === 'request') store.conversations.setState(conversation.row, 'active');
  store.messages.insertOwn({
    ...own,
    conversation: conversation.row,
    mentions: 'others',
    integrity: { signature: 'valid', chain: verdict, clock: 'plausible' },
    acceptedOrder: null,
  });
  store.conversations.touch(conversation.row, context.clock.now());
  const { threadRoot } = own.message;
  writeDraft(context, changes, conversation, threadRoot, '');
  if (threadRoot !== null)
    noteReply(context, changes, conversation.row, { root: threadRoot, speaksTo: 'me' });
  changes.message(conversation.row, own.messageId);
}

/** The people a text in this conversation may speak to, by username. */
function membersByName(context: EngineContext, conversation: Conversation): ReadonlyMap<string, AccountId> {
  const account = context.requireAccount();
  if (conversation.kind === 'room') {
    const members = context.store.rooms.get(conversation.row)?.members.values() ?? [];
    return new Map([...members].map(({ username, accountId }) => [username, accountId]));
  }
  const peer = context.store.contacts.get(conversation.peerId);
  return new Map([
    [account.username, account.accountId],
    ...(peer === null ? [] : [[peer.username, conversation.peerId] as const]),
  ]);
}

export function mentionsOf(
  context: EngineContext,
  conversation: Conversation,
  text: string,
  given: readonly Mention[] | undefined,
): readonly Mention[] {
  if (given === undefined)
    return findMentions(text, membersByName(context, conversation)).slice(0, MAX_MENTIONS);
  return withoutOverlaps(given.filter(({ start, length }) => start + length <= text.length));
}

function quoteOf(context: EngineContext, conversation: Conversation, messageId: MessageId): Quote {
  const { place } = requireMessage(context, messageId);
  const shown = context.store.messages.shown(messageId);
  if (place.conversation !== conversation.row || shown === null) {
    throw new KithError('not-found', 'The message to answer is not in this conversation.');
  }
  return { messageId, authorId: place.authorId, text: quoteText(shown.text) };
}

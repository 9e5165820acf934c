/** A text that came in. Runs inside the transaction of its batch. */
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import type { Arrival } from '../receive/apply.ts';
import { noteReply, noteRoot } from '../threads/service.ts';
import { mentionsAccount, textFromWire, type MessageText } from './extras.ts';
import { settleMessage } from './settle.ts';

export interface IncomingText {
  readonly conversation: Conversation;
  readonly content: ParsedContent;
  readonly text: wire.Text;
  readonly integrity: IntegrityVerdict;
  readonly arrival: Arrival;
}

/** Stores the message once, however often it comes. */
export function applyText(
  context: EngineContext,
  changes: Changes,
  incoming: IncomingText,
): 'stored' | 'known' {
  const { store } = context;
  const { conversation, content, arrival } = incoming;
  const ownId = context.requireAccount().accountId;
  const isOwn = content.author.accountId === ownId;
  const text = textFromWire(incoming.text);
  const mentions = !isOwn && mentionsAccount(text.extras, ownId) ? 'me' : 'others';
  const known = store.messages.place(content.messageId);
  const isForgotten = known === null && store.forgotten.has(content.messageId);
  if (isForgotten && (isOwn || mentions === 'me')) {
    store.forgotten.markConcerning(content.messageId);
    noteRoot(context, changes, conversation.row, content.messageId);
  }
  if (known !== null || isForgotten) {
    // A copy: the author may not have heard yet that the first one arrived.
    if (!isOwn && (known === null || known.authorId === content.author.accountId))
      oweDelivered(context, changes, conversation, content);
    return 'known';
  }
  const message = {
    messageId: content.messageId,
    conversation: conversation.row,
    author: content.author,
    sentAtMs: content.time.ms,
    message: text,
    mentions,
    signed: content.signed,
    chain: content.chain,
    integrity: incoming.integrity,
    acceptedOrder: arrival.acceptedOrder,
  } as const;
  if (isOwn) {
    store.messages.insertOwn(message);
    if (conversation.state === 'request') store.conversations.setState(conversation.row, 'active');
  } else {
    const state = isReadElsewhere(context, conversation, text, arrival) ? 'read' : 'unread';
    store.messages.insertForeign(message, arrival.receivedAtMs, state);
    oweDelivered(context, changes, conversation, content);
    changes.received.push(content.messageId);
  }
  changes.message(conversation.row, content.messageId);
  if (text.threadRoot !== null) {
    const speaksTo = isOwn || mentions === 'me' ? 'me' : 'others';
    noteReply(context, changes, conversation.row, { root: text.threadRoot, speaksTo });
  }
  catchUp(context, changes, conversation, content);
  return 'stored';
}

/** What happened to the message may have come before it. */
function catchUp(
  context: EngineContext,
  changes: Changes,
  { row }: Conversation,
  { messageId }: ParsedContent,
): void {
  const { store } = context;
  if (store.operations.isTarget(messageId, row)) {
    store.messages.annotate(messageId);
    settleMessage(context, changes, row, messageId);
  }
  if (store.stars.isStarred(messageId)) store.messages.annotate(messageId);
  noteRoot(context, changes, row, messageId);
}

/** Only other devices of ours can have read what this one did not have. */
function isReadElsewhere(
  context: EngineContext,
  { row }: Conversation,
  { threadRoot, place }: MessageText,
  { acceptedOrder }: Arrival,
): boolean {
  if (context.requireAccount().ownDeviceIds.length < 2) return false;
  const { threads } = context.store;
  return (
    (place !== 'thread' && acceptedOrder <= threads.readElsewhere(row, null)) ||
    (threadRoot !== null && acceptedOrder <= threads.readElsewhere(row, threadRoot))
  );
}

/** A stranger hears nothing of us before their request is accepted. */
function oweDelivered(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  content: ParsedContent,
): void {
  if (conversation.state !== 'active') return;
  const authorId = conversation.kind === 'room' ? content.author.accountId : null;
  context.store.receipts.add(conversation.row, content.messageId, 'delivered', authorId);
  changes.toSend.add(conversation.row);
}

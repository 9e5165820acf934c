/** A text that came in. Runs inside the transaction of its batch. */
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import type { Arrival } from '../receive/apply.ts';

export interface IncomingText {
  readonly conversation: Conversation;
  readonly content: ParsedContent;
  readonly text: string;
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
  const isOwn = content.author.accountId === context.requireAccount().accountId;
  const known = store.messages.place(content.messageId);
  if (known !== null) {
    // A copy: the author may not have heard yet that the first one arrived.
    if (!isOwn && known.authorId === content.author.accountId)
      oweDelivered(context, changes, conversation, content);
    return 'known';
  }
  const message = {
    messageId: content.messageId,
    conversation: conversation.row,
    author: content.author,
    sentAtMs: content.time.ms,
    text:
      Buffer.byteLength(incoming.text) > MAX_TEXT_BYTES
        ? incoming.text.slice(0, MAX_TEXT_BYTES)
        : incoming.text,
    signed: content.signed,
    integrity: incoming.integrity,
    acceptedOrder: arrival.acceptedOrder,
  };
  if (isOwn) {
    store.messages.insertOwn(message);
    if (conversation.state === 'request') store.conversations.setState(conversation.row, 'active');
  } else {
    store.messages.insertForeign(message, arrival.receivedAtMs);
    oweDelivered(context, changes, conversation, content);
    changes.received.push(content.messageId);
  }
  changes.message(conversation.row, content.messageId);
  return 'stored';
}

/** A stranger hears nothing of us before their request is accepted. */
function oweDelivered(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  content: ParsedContent,
): void {
  if (conversation.state !== 'active') return;
  context.store.receipts.add(conversation.row, content.messageId, 'delivered');
  changes.toSend.add(conversation.row);
}

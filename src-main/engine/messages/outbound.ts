/** What a person can do about something of theirs that was not sent. */
import { KithError, type ErrorCode } from '../../../src-shared/errors.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { checkMaySend } from './checks.ts';
import { acceptOperation } from './operations.ts';
import { showMessage } from './settle.ts';

interface Failed {
  readonly conversation: ConversationRow;
  readonly signed: SignedBytes;
  readonly target: MessageId | null;
}

/** Puts a failed message or operation back into the outbox: the same signed bytes. Throws `not-found`. */
export function retryMessage(context: EngineContext, messageId: MessageId): void {
  const { store } = context;
  const failed = failedMessage(context, messageId) ?? failedOperation(context, messageId);
  if (failed === null) throw new KithError('not-found', 'There is nothing that failed to send again.');
  const conversation = store.conversations.byRow(failed.conversation);
  if (conversation !== null) checkMaySend(context, conversation);
  context.transact((changes) => {
    store.messages.requeue(messageId);
    store.operations.setFailure(messageId, null);
    store.outbox.add({
      conversation: failed.conversation,
      audience: 'everyone',
      recipients: null,
      messageId,
      signed: failed.signed,
      createdAtMs: context.clock.now(),
    });
    if (failed.target !== null) changes.message(failed.conversation, failed.target);
    changes.toSend.add(failed.conversation);
  });
}

function failedMessage(context: EngineContext, messageId: MessageId): Failed | null {
  const place = context.store.messages.place(messageId);
  const signed = context.store.messages.signedBytes(messageId);
  if (place?.delivery !== 'failed' || signed === null) return null;
  return { conversation: place.conversation, signed, target: messageId };
}

function failedOperation(context: EngineContext, contentId: MessageId): Failed | null {
  const operation = context.store.operations.own(contentId);
  const signed = operation?.signed ?? null;
  if (operation?.failure === undefined || operation.failure === null || signed === null) return null;
  return { conversation: operation.conversation, target: operation.target, signed };
}

/** The relay has accepted a message or an operation of ours. Inside the caller's transaction. */
export function acceptContent(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  contentId: MessageId,
  order: number,
): void {
  if (acceptOperation(context, changes, contentId, order)) return;
  const { messages } = context.store;
  messages.markAccepted(contentId, order);
  const place = messages.place(contentId);
  if (place !== null) showMessage(changes, conversation, place, contentId);
}

/** What was not sent is told of as failed, whatever it was. Inside the caller's transaction. */
export function failContent(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  contentId: MessageId,
  reason: ErrorCode,
): void {
  const { store } = context;
  store.messages.markFailed(contentId, reason);
  if (store.operations.setFailure(contentId, reason))
    changes.failedOperation(conversation, contentId, reason);
  changes.message(conversation, contentId);
}

/** Removes a message that failed to be sent. Throws `not-found`. */
export function discardMessage(context: EngineContext, messageId: MessageId): void {
  const place = context.store.messages.place(messageId);
  if (place?.delivery !== 'failed')
    throw new KithError('not-found', 'Only a message that was not sent can be discarded.');
  context.transact((changes) => {
    context.store.messages.remove(messageId);
    changes.removedMessage(place.conversation, messageId);
    if (place.threadRoot !== null) changes.thread(place.conversation, place.threadRoot);
  });
}

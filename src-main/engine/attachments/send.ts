/**
 * Messages with files. Such a message is stored at once and leaves when all its files are at the relay;
 * what is written after it does not wait. It is signed when it leaves, so that the author's chain has no
 * gap, and its place is the one the relay gives it.
 */
import { create } from '@bufbuild/protobuf';
import { KithError, type ErrorCode } from '../../../src-shared/errors.ts';
import type { FileId, MessageId, RoomId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { MAX_ATTACHMENTS } from '../../../src-shared/protocol/limits.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { checkMaySend } from '../messages/checks.ts';
import { textToWire } from '../messages/extras.ts';
import { prepareText, storeOwn, type Saying } from '../messages/send.ts';
import { composeContent, queueProfileIfNews } from '../send/compose.ts';
import { toWire } from './pointer.ts';

/** Throws what `sendText` throws; `not-found` for a file that is not there or in a message already. */
export function sendWithAttachments(
  context: EngineContext,
  roomId: RoomId,
  saying: Saying,
  fileIds: readonly FileId[],
): MessageId {
  if (fileIds.length > MAX_ATTACHMENTS || new Set(fileIds).size < fileIds.length) {
    throw new KithError(
      'invalid-request',
      `A message has at most ${String(MAX_ATTACHMENTS)} files, none twice.`,
    );
  }
  const { store } = context;
  const { conversation, message } = prepareText(context, roomId, saying, 'may-be-empty');
  const rows = fileIds.map((fileId) => {
    const attachment = store.attachments.get(fileId);
    if (attachment?.messageId === null && attachment.thumbnailOf === null) return attachment.row;
    throw new KithError('not-found', 'The file was sent already, or is not there.');
  });
  return context.transact((changes) => {
    const messageId = context.ids.messageId();
    storeOwn(context, changes, conversation, {
      messageId,
      author: context.requireAccount().address,
      sentAtMs: context.relayNowMs(),
      message,
      signed: null,
      chain: null,
      verdict: 'continues',
    });
    rows.forEach((row, position) => {
      store.attachments.attach(row, messageId, position);
    });
    queueUploads(context, changes, messageId);
    return messageId;
  });
}

function queueUploads(context: EngineContext, changes: Changes, messageId: MessageId): void {
  const { attachments } = context.store;
  for (const { row } of attachments.ofMessage(messageId)) attachments.setTransfer(row, 'up', 'queued');
  changes.toTransfer = true;
}

/** Signs and queues the message if nothing of it is left to upload. Runs inside the caller's transaction. */
export function leaveWhenUploaded(context: EngineContext, changes: Changes, messageId: MessageId): void {
  const { store } = context;
  const place = store.messages.place(messageId);
  if (place?.delivery !== 'queued' || store.messages.signedBytes(messageId) !== null) return;
  if (store.attachments.ofMessage(messageId).some((attachment) => attachment.transfer !== 'done')) return;
  const conversation = store.conversations.byRow(place.conversation);
  if (conversation === null) return;
  const message = store.messages.unsigned(messageId);
  if (message === null) return;
  if (conversation.kind === 'direct') queueProfileIfNews(context, changes, conversation);
  const value = create(wire.TextSchema, {
    ...textToWire(message),
    attachments: store.attachments.pointers(messageId).map(toWire),
  });
  const { header, signed } = composeContent(context, {
    conversation,
    body: { case: 'text', value },
    messageId,
  });
  store.messages.setSigned(messageId, signed, {
    sentAtMs: header.time.ms,
    verdict: header.chain?.index === 1 ? 'first' : 'continues',
    chain: header.chain,
  });
  store.outbox.add({
    conversation: conversation.row,
    audience: 'everyone',
    recipients: null,
    messageId,
    signed,
    createdAtMs: context.clock.now(),
  });
  changes.message(conversation.row, messageId);
  changes.toSend.add(conversation.row);
}

/** An upload failed for good: so did its message, which a person may send again. */
export function failMessage(
  context: EngineContext,
  changes: Changes,
  messageId: MessageId,
  reason: ErrorCode,
): void {
  const place = context.store.messages.place(messageId);
  if (place?.delivery !== 'queued') return;
  context.store.messages.markFailed(messageId, reason);
  changes.message(place.conversation, messageId);
}

/** Uploads again what kept a message from leaving. False when that was something else. */
export function retryUploads(context: EngineContext, messageId: MessageId): boolean {
  const { store } = context;
  const place = store.messages.place(messageId);
  if (place?.delivery !== 'failed' || store.messages.signedBytes(messageId) !== null) return false;
  const conversation = store.conversations.byRow(place.conversation);
  if (conversation !== null) checkMaySend(context, conversation);
  context.transact((changes) => {
    store.messages.requeue(messageId);
    queueUploads(context, changes, messageId);
    changes.message(place.conversation, messageId);
  });
  return true;
}

/** Reading: what was unread becomes read, its authors hear of it, and so do our other devices. */
import { create } from '@bufbuild/protobuf';
import type { HistoryCursor } from '../../../src-shared/contract/views.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { threadKey } from '../drafts/repository.ts';
import { optionalId } from '../messages/extras.ts';
import { showMessage } from '../messages/settle.ts';
import { queueContent } from '../send/compose.ts';

/** How far was read, in the room itself (`thread` null) or in one of its threads. */
export interface Reading {
  readonly thread: MessageId | null;
  readonly upTo: HistoryCursor;
}

/** Marks everything up to a place as read. Runs inside the caller's transaction. */
export function readUpTo(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  reading: Reading,
): void {
  const { store } = context;
  const read = store.messages.markReadUpTo(conversation.row, reading.thread, reading.upTo);
  if (read.length === 0) return;
  const owesReceipts = conversation.state === 'active' && store.settings.get().sendReadReceipts;
  for (const message of read) {
    showMessage(changes, conversation.row, message, message.messageId);
    const authorId = conversation.kind === 'room' ? message.authorId : null;
    if (owesReceipts) store.receipts.add(conversation.row, message.messageId, 'read', authorId);
  }
  if (owesReceipts) changes.toSend.add(conversation.row);
  if (context.requireAccount().ownDeviceIds.length > 1) {
    const value = create(wire.ReadSyncSchema, {
      upToAcceptedOrder: BigInt(reading.upTo.order),
      threadRoot: threadKey(reading.thread),
    });
    queueContent(context, changes, {
      conversation,
      audience: 'own-devices',
      body: { case: 'readSync', value },
    });
  }
}

/** Read on another device of ours: it has sent the receipts. Counts also for what comes here later. */
export function applyReadSync(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  sync: wire.ReadSync,
): void {
  const thread = optionalId(sync.threadRoot);
  const order = Number(sync.upToAcceptedOrder);
  context.store.threads.setReadElsewhere(conversation.row, thread, order);
  const upTo = { order, row: Number.MAX_SAFE_INTEGER };
  for (const message of context.store.messages.markReadUpTo(conversation.row, thread, upTo)) {
    showMessage(changes, conversation.row, message, message.messageId);
  }
}

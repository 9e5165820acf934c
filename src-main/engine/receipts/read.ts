/** Reading: what was unread becomes read, its authors hear of it, and so do our other devices. */
import { create } from '@bufbuild/protobuf';
import type { HistoryCursor } from '../../../src-shared/contract/views.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { queueContent } from '../send/compose.ts';

/** Marks everything up to a place as read. Runs inside the caller's transaction. */
export function readUpTo(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  upTo: HistoryCursor,
): void {
  const { store } = context;
  const read = store.messages.markReadUpTo(conversation.row, upTo);
  if (read.length === 0) return;
  const owesReceipts = conversation.state === 'active' && store.settings.get().sendReadReceipts;
  for (const messageId of read) {
    changes.message(conversation.row, messageId);
    if (owesReceipts) store.receipts.add(conversation.row, messageId, 'read');
  }
  if (owesReceipts) changes.toSend.add(conversation.row);
  if (context.requireAccount().ownDeviceIds.length > 1) {
    const value = create(wire.ReadSyncSchema, { upToAcceptedOrder: BigInt(upTo.order) });
    queueContent(context, changes, {
      conversation,
      audience: 'own-devices',
      body: { case: 'readSync', value },
    });
  }
}

/** Read on another device of ours: it has sent the receipts. */
export function applyReadSync(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  sync: wire.ReadSync,
): void {
  const upTo = { order: Number(sync.upToAcceptedOrder), row: Number.MAX_SAFE_INTEGER };
  for (const messageId of context.store.messages.markReadUpTo(conversation.row, upTo)) {
    changes.message(conversation.row, messageId);
  }
}

/** Receipts of the other side. Runs inside the transaction of its batch. */
import { idFromBytes, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';

export function applyReceipt(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  receipt: wire.Receipt,
  atMs: number,
): void {
  const { messages, contacts } = context.store;
  const isRead = receipt.kind === wire.ReceiptKind.READ;
  if (!isRead && receipt.kind !== wire.ReceiptKind.DELIVERED) return;
  const username = contacts.get(conversation.peerId)?.username ?? '';
  for (const bytes of receipt.messageIds) {
    if (bytes.length !== 16) continue;
    const messageId = idFromBytes<MessageId>(bytes);
    const wentForward = isRead
      ? messages.markReadByPeer(conversation.row, messageId, atMs)
      : messages.markDelivered(conversation.row, messageId, atMs);
    if (!wentForward) continue;
    changes.message(conversation.row, messageId);
    changes.event({
      type: 'receipt',
      messageId,
      roomId: conversation.roomId,
      kind: isRead ? 'read' : 'delivered',
      by: { accountId: conversation.peerId, username },
    });
  }
}

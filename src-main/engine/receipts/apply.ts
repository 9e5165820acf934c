/** Receipts of the other side. Runs inside the transaction of its batch. */
import { idFromBytes, type AccountId, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';

export function applyReceipt(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  byId: AccountId,
  receipt: wire.Receipt,
  atMs: number,
): void {
  const { contacts } = context.store;
  const isRead = receipt.kind === wire.ReceiptKind.READ;
  if (!isRead && receipt.kind !== wire.ReceiptKind.DELIVERED) return;
  const username = contacts.get(byId)?.username ?? '';
  for (const bytes of receipt.messageIds) {
    if (bytes.length !== 16) continue;
    const messageId = idFromBytes<MessageId>(bytes);
    if (!take(context, conversation, { messageId, byId, isRead, atMs })) continue;
    changes.message(conversation.row, messageId);
    changes.event({
      type: 'receipt',
      messageId,
      roomId: conversation.roomId,
      kind: isRead ? 'read' : 'delivered',
      by: { accountId: byId, username },
    });
  }
}

interface Receipt {
  readonly messageId: MessageId;
  readonly byId: AccountId;
  readonly isRead: boolean;
  readonly atMs: number;
}

/**
 * False for what was known. In a room a message counts as delivered, or read, once everybody it was for
 * has said so.
 */
function take(context: EngineContext, { row, kind }: Conversation, receipt: Receipt): boolean {
  const { messages, rooms } = context.store;
  const { messageId, byId, isRead, atMs } = receipt;
  const forward = (level: 'delivered' | 'read'): boolean =>
    level === 'read'
      ? messages.markReadByPeer(row, messageId, atMs)
      : messages.markDelivered(row, messageId, atMs);
  if (kind === 'direct') return forward(isRead ? 'read' : 'delivered');
  const place = messages.place(messageId);
  if (place?.isOwn !== true || place.conversation !== row) return false;
  if (!messages.noteDelivery(messageId, byId, isRead ? 'read' : 'delivered', atMs)) return false;
  const others = [...(rooms.get(row)?.members.keys() ?? [])].filter(
    (accountId) => accountId !== context.requireAccount().accountId,
  );
  for (const level of ['delivered', 'read'] as const) {
    if (others.every((accountId) => messages.hasDelivery(messageId, accountId, level))) forward(level);
  }
  return true;
}

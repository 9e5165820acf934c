/** Reading messages: pages by key, never by offset or by a clock. Runs on the reading connection. */
import { z } from 'zod';
import type {
  Delivery,
  HistoryCursor,
  HistoryPage,
  IntegrityVerdict,
  MessageBody,
  MessageDetails,
  MessageView,
  Notice,
} from '../../../src-shared/contract/views.ts';
import { ERROR_CODES } from '../../../src-shared/errors.ts';
import { parseDeviceId, type AccountId, type MessageId, type RoomId } from '../../../src-shared/ids.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import { attachmentRepository } from '../attachments/repository.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import type { DeliveryState } from './delivery.ts';

interface Row {
  row: number;
  messageId: Blob;
  roomId: Blob;
  authorId: Blob;
  authorDevice: number;
  isOwn: number;
  kind: 'text' | 'notice';
  body: string;
  sentAtMs: number;
  order: number;
  acceptedOrder: number | null;
  receivedAtMs: number | null;
  isUnread: number;
  delivery: DeliveryState | null;
  failure: string | null;
  deliveredAtMs: number | null;
  readAtMs: number | null;
  signature: IntegrityVerdict['signature'] | null;
  chain: IntegrityVerdict['chain'] | null;
  clock: IntegrityVerdict['clock'] | null;
}

const SELECT = `
  SELECT m.id AS row, m.message_id AS messageId, c.room_id AS roomId, m.author_account_id AS authorId,
         m.author_device_id AS authorDevice, m.is_own AS isOwn, m.kind, m.body, m.sent_at_ms AS sentAtMs,
         m.display_order AS "order", m.accepted_order AS acceptedOrder, m.received_at_ms AS receivedAtMs,
         m.is_unread AS isUnread, m.delivery, m.failure, m.delivered_at_ms AS deliveredAtMs,
         m.read_at_ms AS readAtMs, m.signature_verdict AS signature, m.chain_verdict AS chain,
         m.clock_verdict AS clock
  FROM messages m JOIN conversations c ON c.id = m.conversation`;

const failureCode = z.enum(ERROR_CODES).catch('internal');

export type History = ReturnType<typeof history>;

export function history(sql: Sql) {
  const attachments = attachmentRepository(sql);
  const messageView = (row: Row): MessageView => ({
    ...viewOf(row),
    attachments: row.kind === 'text' ? attachments.views(fromBlob<MessageId>(row.messageId)) : [],
  });
  const byId = sql.prepare<[Blob], Row>(`${SELECT} WHERE m.message_id = ?`);
  const newest = sql.prepare<[number, number], Row>(
    `${SELECT} WHERE m.conversation = ? ORDER BY m.display_order DESC, m.id DESC LIMIT ?`,
  );
  const before = sql.prepare<[number, number, number, number], Row>(
    `${SELECT} WHERE m.conversation = ? AND (m.display_order, m.id) < (?, ?)
     ORDER BY m.display_order DESC, m.id DESC LIMIT ?`,
  );
  const after = sql.prepare<[number, number, number, number], Row>(
    `${SELECT} WHERE m.conversation = ? AND (m.display_order, m.id) > (?, ?)
     ORDER BY m.display_order, m.id LIMIT ?`,
  );
  const firstUnread = sql.prepare<[number], HistoryCursor>(
    `SELECT display_order AS "order", id AS row FROM messages
     WHERE conversation = ? AND is_unread = 1 ORDER BY display_order, id LIMIT 1`,
  );
  const unreadCount = sql.prepare<[number], { count: number }>(
    'SELECT count(*) AS count FROM messages WHERE conversation = ? AND is_unread = 1',
  );
  const lastText = sql.prepare<[number], Row>(
    `${SELECT} WHERE m.conversation = ? AND m.kind = 'text' ORDER BY m.display_order DESC, m.id DESC LIMIT 1`,
  );

  function olderThan(conversation: ConversationRow, cursor: HistoryCursor, limit: number) {
    const rows = before.all(conversation, cursor.order, cursor.row, limit + 1);
    return { rows: rows.slice(0, limit).reverse(), hasMore: rows.length > limit };
  }

  function newerThan(conversation: ConversationRow, cursor: HistoryCursor, limit: number) {
    const rows = after.all(conversation, cursor.order, cursor.row, limit + 1);
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  function select(conversation: ConversationRow, from: PageStart, limit: number) {
    switch (from.at) {
      case 'newest': {
        const rows = newest.all(conversation, limit + 1);
        return { rows: rows.slice(0, limit).reverse(), hasOlder: rows.length > limit, hasNewer: false };
      }
      case 'before': {
        const { rows, hasMore } = olderThan(conversation, from.cursor, limit);
        return { rows, hasOlder: hasMore, hasNewer: true };
      }
      case 'after': {
        const { rows, hasMore } = newerThan(conversation, from.cursor, limit);
        return { rows, hasOlder: true, hasNewer: hasMore };
      }
      case 'around': {
        const half = Math.ceil(limit / 2);
        const older = olderThan(conversation, from.cursor, half);
        // The row at the cursor itself belongs to the newer half.
        const newer = newerThan(conversation, { ...from.cursor, row: from.cursor.row - 1 }, half);
        return { rows: [...older.rows, ...newer.rows], hasOlder: older.hasMore, hasNewer: newer.hasMore };
      }
    }
  }

  return {
    /** One transaction, so that the page and what is said about it agree. */
    page(conversation: ConversationRow, from: PageStart, limit: number): HistoryPage {
      return sql.transaction(() => {
        const { rows, hasOlder, hasNewer } = select(conversation, from, limit);
        return {
          messages: rows.map(messageView),
          hasOlder,
          hasNewer,
          firstUnread: firstUnread.get(conversation) ?? null,
        };
      })();
    },
    message(messageId: MessageId): MessageView | null {
      const row = byId.get(blob(messageId));
      return row === undefined ? null : messageView(row);
    },
    details(messageId: MessageId): MessageDetails | null {
      const row = byId.get(blob(messageId));
      return row === undefined ? null : messageDetails(row);
    },
    lastText(conversation: ConversationRow): MessageView | null {
      const row = lastText.get(conversation);
      return row === undefined ? null : messageView(row);
    },
    unreadCount: (conversation: ConversationRow): number => unreadCount.get(conversation)?.count ?? 0,
  };
}

export type PageStart =
  { readonly at: 'newest' } | { readonly at: 'before' | 'after' | 'around'; readonly cursor: HistoryCursor };

function viewOf(row: Row): Omit<MessageView, 'attachments'> {
  return {
    messageId: fromBlob<MessageId>(row.messageId),
    roomId: fromBlob<RoomId>(row.roomId),
    order: row.order,
    row: row.row,
    authorId: fromBlob<AccountId>(row.authorId),
    isOwn: row.isOwn === 1,
    body: body(row),
    sentAtMs: row.sentAtMs,
    isUnread: row.isUnread === 1,
    delivery: delivery(row),
    isSuspicious: row.signature === 'invalid' || row.chain === 'fork' || row.clock === 'future',
  };
}

/** Null for notices, which nobody sent. */
function messageDetails(row: Row): MessageDetails | null {
  if (row.signature === null || row.chain === null || row.clock === null) return null;
  return {
    messageId: fromBlob<MessageId>(row.messageId),
    authorDeviceId: parseDeviceId(row.authorDevice),
    sentAtMs: row.sentAtMs,
    acceptedAtMs: row.acceptedOrder === null ? null : orderToMs(row.acceptedOrder),
    receivedAtMs: row.receivedAtMs,
    deliveredAtMs: row.deliveredAtMs,
    readAtMs: row.readAtMs,
    integrity: { signature: row.signature, chain: row.chain, clock: row.clock },
  };
}

function body(row: Row): MessageBody {
  // Written by this engine only: the store is encrypted and authenticated.
  if (row.kind === 'notice') return { type: 'notice', notice: JSON.parse(row.body) as Notice };
  return { type: 'text', text: row.body };
}

function delivery(row: Row): Delivery | null {
  if (row.delivery === null) return null;
  if (row.delivery === 'failed') return { state: 'failed', reason: failureCode.parse(row.failure) };
  return { state: row.delivery };
}

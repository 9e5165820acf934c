/** The SQL that writes messages. */
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { Blob, Sql } from '../store/database.ts';
import { sqlStatesBefore, type DeliveryState } from './delivery.ts';

export interface InsertRow {
  readonly messageId: Blob;
  readonly conversation: number;
  readonly authorId: Blob;
  readonly authorDevice: number;
  readonly isOwn: 0 | 1;
  readonly kind: 'text' | 'notice';
  readonly body: string;
  readonly sentAtMs: number;
  readonly displayOrder: number;
  readonly acceptedOrder: number | null;
  readonly receivedAtMs: number | null;
  readonly isUnread: 0 | 1;
  readonly delivery: DeliveryState | null;
  readonly signature: string | null;
  readonly chain: string | null;
  readonly clock: string | null;
}

export function messageStatements(sql: Sql) {
  return {
    insert: sql.prepare<[InsertRow]>(
      `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
         sent_at_ms, display_order, accepted_order, received_at_ms, is_unread, delivery,
         signature_verdict, chain_verdict, clock_verdict)
       VALUES ($messageId, $conversation, $authorId, $authorDevice, $isOwn, $kind, $body,
         $sentAtMs, $displayOrder, $acceptedOrder, $receivedAtMs, $isUnread, $delivery,
         $signature, $chain, $clock)`,
    ),
    insertContent: sql.prepare<[number | bigint, Uint8Array, Uint8Array]>(
      'INSERT INTO contents (message, content, signature) VALUES (?, ?, ?)',
    ),
    place: sql.prepare<
      [Blob],
      { conversation: number; authorId: Blob; isOwn: number; delivery: DeliveryState | null }
    >(
      `SELECT conversation, author_account_id AS authorId, is_own AS isOwn, delivery
       FROM messages WHERE message_id = ?`,
    ),
    content: sql.prepare<[Blob], { content: Blob; signature: Blob }>(
      `SELECT content, signature FROM contents
       WHERE message = (SELECT id FROM messages WHERE message_id = ?)`,
    ),
    setBody: sql.prepare<[string, Blob]>('UPDATE messages SET body = ? WHERE message_id = ?'),
    remove: sql.prepare<[Blob]>('DELETE FROM messages WHERE message_id = ?'),

    markEncrypted: sql.prepare<[Blob]>(
      `UPDATE messages SET delivery = 'encrypted'
       WHERE message_id = ? AND delivery IN (${sqlStatesBefore('encrypted')})`,
    ),
    markAccepted: sql.prepare<[number, number, Blob]>(
      `UPDATE messages SET accepted_order = ?, display_order = ?, failure = NULL,
         delivery = CASE WHEN delivery IN (${sqlStatesBefore('accepted')}) THEN 'accepted' ELSE delivery END
       WHERE message_id = ? AND is_own = 1`,
    ),
    markDelivered: sql.prepare<[number, Blob, number]>(
      `UPDATE messages SET delivery = 'delivered', failure = NULL, delivered_at_ms = ?
       WHERE message_id = ? AND conversation = ? AND is_own = 1 AND delivery IN (${sqlStatesBefore('delivered')})`,
    ),
    markReadByPeer: sql.prepare<[number, number, Blob, number]>(
      `UPDATE messages SET delivery = 'read', failure = NULL, read_at_ms = ?,
         delivered_at_ms = coalesce(delivered_at_ms, ?)
       WHERE message_id = ? AND conversation = ? AND is_own = 1 AND delivery IN (${sqlStatesBefore('read')})`,
    ),
    markFailed: sql.prepare<[ErrorCode, Blob]>(
      `UPDATE messages SET delivery = 'failed', failure = ? WHERE message_id = ? AND is_own = 1`,
    ),
    requeue: sql.prepare<[Blob]>(
      `UPDATE messages SET delivery = 'queued', failure = NULL WHERE message_id = ? AND delivery = 'failed'`,
    ),
    markReadUpTo: sql.prepare<[number, number, number], { messageId: Blob }>(
      `UPDATE messages SET is_unread = 0
       WHERE conversation = ? AND is_unread = 1 AND (display_order, id) <= (?, ?)
       RETURNING message_id AS messageId`,
    ),
    foreign: sql.prepare<[number], { messageId: Blob; isUnread: number }>(
      `SELECT message_id AS messageId, is_unread AS isUnread FROM messages
       WHERE conversation = ? AND is_own = 0 AND kind = 'text' ORDER BY display_order, id`,
    ),
    newestPlace: sql.prepare<[number], { order: number; row: number }>(
      `SELECT display_order AS "order", id AS row FROM messages
       WHERE conversation = ? ORDER BY display_order DESC, id DESC LIMIT 1`,
    ),
  };
}

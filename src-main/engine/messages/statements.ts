/** The statements behind `repository.ts`, prepared once a connection. */
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Blob, Sql } from '../store/database.ts';
import { sqlStatesBefore, type DeliveryState } from './delivery.ts';

/** In the order of the columns of `insertText`. By position: it runs for every message that comes. */
type TextColumns = [
  messageId: Blob,
  conversation: number,
  authorId: Blob,
  authorDevice: number,
  isOwn: 0 | 1,
  text: string,
  sentAtMs: number,
  displayOrder: number,
  acceptedOrder: number | null,
  receivedAtMs: number | null,
  isUnread: 0 | 1,
  delivery: DeliveryState | null,
  signatureVerdict: string,
  chainVerdict: string,
  clockVerdict: string,
  content: Uint8Array | null,
  signature: Uint8Array | null,
  chainEpoch: number | null,
  chainIndex: number | null,
  threadRoot: Blob | null,
  inRoom: 0 | 1,
  extras: string | null,
  mentionsMe: 0 | 1,
  expiresAfterS: number | null,
  expiresAtMs: number | null,
];

type NoticeColumns = [
  messageId: Blob,
  conversation: number,
  authorId: Blob,
  authorDevice: number,
  notice: string,
  sentAtMs: number,
  displayOrder: number,
  receivedAtMs: number,
];

export function messageStatements(sql: Sql) {
  return {
    insertText: sql.prepare<TextColumns>(
      `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
         sent_at_ms, display_order, accepted_order, received_at_ms, is_unread, delivery,
         signature_verdict, chain_verdict, clock_verdict, content, signature, chain_epoch, chain_index,
         thread_root, in_room, extras, mentions_me, expires_after_s, expires_at_ms)
       VALUES (?, ?, ?, ?, ?, 'text', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertNotice: sql.prepare<NoticeColumns>(
      `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
         sent_at_ms, display_order, received_at_ms)
       VALUES (?, ?, ?, ?, 0, 'notice', ?, ?, ?, ?)`,
    ),
    place: sql.prepare<
      [Blob],
      {
        conversation: number;
        kind: 'text' | 'notice';
        authorId: Blob;
        isOwn: number;
        delivery: DeliveryState | null;
        threadRoot: Blob | null;
        deletedBy: Blob | null;
        mentionsMe: number;
      }
    >(
      `SELECT conversation, kind, author_account_id AS authorId, is_own AS isOwn, delivery,
              thread_root AS threadRoot, deleted_by AS deletedBy, mentions_me AS mentionsMe
       FROM messages WHERE message_id = ?`,
    ),
    original: sql.prepare<[Blob], { content: Blob | null }>(
      'SELECT content FROM messages WHERE message_id = ?',
    ),
    verdicts: sql.prepare<[Blob], IntegrityVerdict & { atMs: number; deviceId: number }>(
      `SELECT sent_at_ms AS atMs, author_device_id AS deviceId, signature_verdict AS signature,
              chain_verdict AS chain, clock_verdict AS clock
       FROM messages WHERE message_id = ?`,
    ),
    shown: sql.prepare<[Blob], { text: string; extras: string | null }>(
      `SELECT body AS text, extras FROM messages
       WHERE message_id = ? AND kind = 'text' AND deleted_by IS NULL`,
    ),
    show: sql.prepare<[string, string | null, 0 | 1, number | null, Blob]>(
      `UPDATE messages SET body = ?, extras = ?, mentions_me = ?, edited_at_ms = ?
       WHERE message_id = ? AND deleted_by IS NULL`,
    ),
    markDeleted: sql.prepare<[Blob, Blob]>(
      `UPDATE messages SET deleted_by = ?, body = '', extras = NULL, mentions_me = 0, edited_at_ms = NULL,
         is_unread = 0, content = NULL, signature = NULL
       WHERE message_id = ? AND deleted_by IS NULL`,
    ),
    annotate: sql.prepare<[Blob]>(
      'UPDATE messages SET is_annotated = 1 WHERE message_id = ? AND is_annotated = 0',
    ),
    expired: sql.prepare<[number, number], { messageId: Blob; conversation: ConversationRow }>(
      `SELECT message_id AS messageId, conversation FROM messages
       WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?`,
    ),
    nextExpiry: sql.prepare<[], { atMs: number | null }>(
      'SELECT min(expires_at_ms) AS atMs FROM messages WHERE expires_at_ms IS NOT NULL',
    ),
    content: sql.prepare<[Blob], { content: Blob; signature: Blob }>(
      'SELECT content, signature FROM messages WHERE message_id = ? AND content IS NOT NULL',
    ),
    around: sql.prepare<[number, Blob, number, number, number, number], { index: number; content: Blob }>(
      `SELECT chain_index AS "index", content FROM messages
       WHERE conversation = ? AND author_account_id = ? AND author_device_id = ? AND chain_epoch = ?
         AND chain_index BETWEEN ? AND ? AND signature_verdict = 'valid' AND content IS NOT NULL`,
    ),
    unsigned: sql.prepare<
      [Blob],
      {
        text: string;
        extras: string | null;
        threadRoot: Blob | null;
        inRoom: number;
        expiresAfterS: number | null;
      }
    >(
      `SELECT body AS text, extras, thread_root AS threadRoot, in_room AS inRoom,
              expires_after_s AS expiresAfterS
       FROM messages WHERE message_id = ? AND kind = 'text' AND content IS NULL AND deleted_by IS NULL`,
    ),
    setSigned: sql.prepare<[Uint8Array, Uint8Array, number, string, number | null, number | null, Blob]>(
      `UPDATE messages SET content = ?, signature = ?, sent_at_ms = ?, chain_verdict = ?, chain_epoch = ?,
         chain_index = ?
       WHERE message_id = ?`,
    ),
    setBody: sql.prepare<[string, Blob]>('UPDATE messages SET body = ? WHERE message_id = ?'),
    remove: sql.prepare<[Blob]>('DELETE FROM messages WHERE message_id = ?'),

    markEncrypted: sql.prepare<[Blob]>(
      `UPDATE messages SET delivery = 'encrypted'
       WHERE message_id = ? AND delivery IN (${sqlStatesBefore('encrypted')})`,
    ),
    markAccepted: sql.prepare<[number, number, number, Blob]>(
      `UPDATE messages SET accepted_order = ?, display_order = ?, failure = NULL,
         expires_at_ms = ? + expires_after_s * 1000,
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
    noteDelivered: sql.prepare<[Blob, Blob, number]>(
      `INSERT INTO deliveries (message_id, account_id, delivered_at_ms) VALUES (?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    noteRead: sql.prepare<[Blob, Blob, number]>(
      `INSERT INTO deliveries (message_id, account_id, delivered_at_ms, read_at_ms) VALUES (?1, ?2, ?3, ?3)
       ON CONFLICT DO UPDATE SET read_at_ms = excluded.read_at_ms WHERE read_at_ms IS NULL`,
    ),
    hasDelivered: sql.prepare<[Blob, Blob]>(
      'SELECT 1 FROM deliveries WHERE message_id = ? AND account_id = ?',
    ),
    hasRead: sql.prepare<[Blob, Blob]>(
      'SELECT 1 FROM deliveries WHERE message_id = ? AND account_id = ? AND read_at_ms IS NOT NULL',
    ),
    markFailed: sql.prepare<[ErrorCode, Blob]>(
      `UPDATE messages SET delivery = 'failed', failure = ?
       WHERE message_id = ? AND is_own = 1 AND delivery IN (${sqlStatesBefore('accepted')})`,
    ),
    requeue: sql.prepare<[Blob]>(
      `UPDATE messages SET delivery = 'queued', failure = NULL WHERE message_id = ? AND delivery = 'failed'`,
    ),
    markReadUpTo: sql.prepare<
      [number, number, number],
      { messageId: Blob; authorId: Blob; threadRoot: Blob | null }
    >(
      `UPDATE messages SET is_unread = 0
       WHERE conversation = ? AND is_unread = 1 AND in_room = 1 AND (display_order, id) <= (?, ?)
       RETURNING message_id AS messageId, author_account_id AS authorId, thread_root AS threadRoot`,
    ),
    markThreadReadUpTo: sql.prepare<
      [number, Blob, number, number],
      { messageId: Blob; authorId: Blob; threadRoot: Blob | null }
    >(
      `UPDATE messages SET is_unread = 0
       WHERE conversation = ? AND thread_root = ? AND is_unread = 1 AND (display_order, id) <= (?, ?)
       RETURNING message_id AS messageId, author_account_id AS authorId, thread_root AS threadRoot`,
    ),
    foreign: sql.prepare<[number], { messageId: Blob; authorId: Blob; isUnread: number }>(
      `SELECT message_id AS messageId, author_account_id AS authorId, is_unread AS isUnread FROM messages
       WHERE conversation = ? AND is_own = 0 AND kind = 'text' ORDER BY display_order, id`,
    ),
  };
}

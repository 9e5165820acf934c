/** Rows of messages, and what changes them. Reading pages: history.ts. */
import type { HistoryCursor, IntegrityVerdict, Notice } from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { AccountId, DeviceAddress, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import { sqlStatesBefore, type DeliveryState } from './delivery.ts';

/** Sorts after all that the relay will accept in this century; own messages stand here until it has. */
const PENDING_ORDER = 2 ** 52;

interface NewMessage {
  readonly messageId: MessageId;
  readonly conversation: ConversationRow;
  readonly author: DeviceAddress;
  readonly sentAtMs: number;
}

export interface NewText extends NewMessage {
  readonly text: string;
  /** Null for one that waits for its files and is signed when it leaves. */
  readonly signed: SignedBytes | null;
  readonly integrity: IntegrityVerdict;
  /** Null while no relay has it. */
  readonly acceptedOrder: number | null;
}

export interface NewNotice extends NewMessage {
  readonly notice: Notice;
  readonly order: number;
}

export interface MessagePlace {
  readonly conversation: ConversationRow;
  readonly authorId: AccountId;
  readonly isOwn: boolean;
  readonly delivery: DeliveryState | null;
}

export type MessageRepository = ReturnType<typeof messageRepository>;

export function messageRepository(sql: Sql) {
  const statements = messageStatements(sql);

  function insertText(
    message: NewText,
    side: { isOwn: 0 | 1; isUnread: 0 | 1; receivedAtMs: number | null; delivery: DeliveryState | null },
  ): void {
    const { messageId, conversation, author, text, sentAtMs, acceptedOrder, integrity, signed } = message;
    statements.insertText.run(
      blob(messageId),
      conversation,
      blob(author.accountId),
      author.deviceId,
      side.isOwn,
      text,
      sentAtMs,
      acceptedOrder ?? PENDING_ORDER,
      acceptedOrder,
      side.receivedAtMs,
      side.isUnread,
      side.delivery,
      integrity.signature,
      integrity.chain,
      integrity.clock,
      signed?.content ?? null,
      signed?.signature ?? null,
    );
  }

  return {
    place(messageId: MessageId): MessagePlace | null {
      const row = statements.place.get(blob(messageId));
      if (row === undefined) return null;
      return {
        conversation: row.conversation as ConversationRow,
        authorId: fromBlob<AccountId>(row.authorId),
        isOwn: row.isOwn === 1,
        delivery: row.delivery,
      };
    },
    insertOwn(message: NewText): void {
      const delivery = message.acceptedOrder === null ? 'queued' : 'accepted';
      insertText(message, { isOwn: 1, isUnread: 0, receivedAtMs: null, delivery });
    },
    insertForeign(message: NewText, receivedAtMs: number): void {
      insertText(message, { isOwn: 0, isUnread: 1, receivedAtMs, delivery: null });
    },
    insertNotice(notice: NewNotice): void {
      statements.insertNotice.run(
        blob(notice.messageId),
        notice.conversation,
        blob(notice.author.accountId),
        notice.author.deviceId,
        JSON.stringify(notice.notice),
        notice.sentAtMs,
        notice.order,
        notice.sentAtMs,
      );
    },
    setNotice: (messageId: MessageId, notice: Notice) =>
      void statements.setBody.run(JSON.stringify(notice), blob(messageId)),
    remove: (messageId: MessageId) => void statements.remove.run(blob(messageId)),
    text: (messageId: MessageId): string | null => statements.text.get(blob(messageId))?.body ?? null,
    setSigned(
      messageId: MessageId,
      { content, signature }: SignedBytes,
      facts: { readonly sentAtMs: number; readonly chain: IntegrityVerdict['chain'] },
    ): void {
      statements.setSigned.run(content, signature, facts.sentAtMs, facts.chain, blob(messageId));
    },
    signedBytes: (messageId: MessageId): SignedBytes | null =>
      statements.content.get(blob(messageId)) ?? null,

    markEncrypted: (messageId: MessageId) => void statements.markEncrypted.run(blob(messageId)),
    /** The relay's order also gives the message its place in the conversation. */
    markAccepted(messageId: MessageId, order: number): boolean {
      return statements.markAccepted.run(order, order, blob(messageId)).changes > 0;
    },
    /** Both return true when the message went forward; only messages of this conversation can. */
    markDelivered(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markDelivered.run(atMs, blob(messageId), conversation).changes > 0;
    },
    markReadByPeer(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markReadByPeer.run(atMs, atMs, blob(messageId), conversation).changes > 0;
    },
    /** Only what no relay had can fail: the other side may have heard of it before we did. */
    markFailed: (messageId: MessageId, reason: ErrorCode) =>
      void statements.markFailed.run(reason, blob(messageId)),
    requeue: (messageId: MessageId): boolean => statements.requeue.run(blob(messageId)).changes > 0,

    /** Marks what others wrote up to a place as read; returns what was unread. */
    markReadUpTo(conversation: ConversationRow, upTo: HistoryCursor): readonly MessageId[] {
      return statements.markReadUpTo
        .all(conversation, upTo.order, upTo.row)
        .map((row) => fromBlob<MessageId>(row.messageId));
    },
    newestPlace: (conversation: ConversationRow): HistoryCursor | null =>
      statements.newestPlace.get(conversation) ?? null,
    /** Texts of others, for receipts that were held back until a request was accepted. */
    foreignTexts(conversation: ConversationRow): readonly { messageId: MessageId; isUnread: boolean }[] {
      return statements.foreign
        .all(conversation)
        .map((row) => ({ messageId: fromBlob<MessageId>(row.messageId), isUnread: row.isUnread === 1 }));
    },
  };
}

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

function messageStatements(sql: Sql) {
  return {
    insertText: sql.prepare<TextColumns>(
      `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
         sent_at_ms, display_order, accepted_order, received_at_ms, is_unread, delivery,
         signature_verdict, chain_verdict, clock_verdict, content, signature)
       VALUES (?, ?, ?, ?, ?, 'text', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertNotice: sql.prepare<NoticeColumns>(
      `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
         sent_at_ms, display_order, received_at_ms)
       VALUES (?, ?, ?, ?, 0, 'notice', ?, ?, ?, ?)`,
    ),
    place: sql.prepare<
      [Blob],
      { conversation: number; authorId: Blob; isOwn: number; delivery: DeliveryState | null }
    >(
      `SELECT conversation, author_account_id AS authorId, is_own AS isOwn, delivery
       FROM messages WHERE message_id = ?`,
    ),
    content: sql.prepare<[Blob], { content: Blob; signature: Blob }>(
      'SELECT content, signature FROM messages WHERE message_id = ? AND content IS NOT NULL',
    ),
    text: sql.prepare<[Blob], { body: string }>(
      `SELECT body FROM messages WHERE message_id = ? AND kind = 'text'`,
    ),
    setSigned: sql.prepare<[Uint8Array, Uint8Array, number, string, Blob]>(
      `UPDATE messages SET content = ?, signature = ?, sent_at_ms = ?, chain_verdict = ? WHERE message_id = ?`,
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
      `UPDATE messages SET delivery = 'failed', failure = ?
       WHERE message_id = ? AND is_own = 1 AND delivery IN (${sqlStatesBefore('accepted')})`,
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

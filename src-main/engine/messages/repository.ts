/** Rows of messages, and what changes them. Reading pages: history.ts. */
import { fromBinary } from '@bufbuild/protobuf';
import type {
  HistoryCursor,
  IntegrityVerdict,
  MessageVersion,
  Notice,
} from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import {
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type MessageId,
} from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { contentHash, type ChainPlace, type KnownLink } from '../crypto/author-chain.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { previousHashOf } from '../crypto/signed-content.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import { sqlStatesBefore, type DeliveryState } from './delivery.ts';
import { extrasFromJson, extrasToJson, textFromWire, type Extras, type MessageText } from './extras.ts';

/** Sorts after all that the relay will accept in this century; own messages stand here until it has. */
const PENDING_ORDER = 2 ** 52;

interface NewMessage {
  readonly messageId: MessageId;
  readonly conversation: ConversationRow;
  readonly author: DeviceAddress;
  readonly sentAtMs: number;
}

export interface NewText extends NewMessage {
  readonly message: MessageText;
  readonly mentions: 'me' | 'others';
  /** Null for one that waits for its files and is signed when it leaves. */
  readonly signed: SignedBytes | null;
  /** Its place in its author's chain. */
  readonly chain: ChainPlace | null;
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
  readonly kind: 'text' | 'notice';
  readonly authorId: AccountId;
  readonly isOwn: boolean;
  readonly delivery: DeliveryState | null;
  readonly threadRoot: MessageId | null;
  readonly isDeleted: boolean;
  readonly mentionsMe: boolean;
}

/** A message as it was written, to be put together with what happened to it since. */
export interface OriginalText {
  readonly text: string;
  readonly extras: Extras;
}

/** What shows of a message. */
export interface ShownText {
  readonly text: string;
  readonly extras: Extras;
  readonly mentions: 'me' | 'others';
  readonly editedAtMs: number | null;
}

/** One that was unread until now. */
export interface ReadMessage {
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly threadRoot: MessageId | null;
}

export type MessageRepository = ReturnType<typeof messageRepository>;

export function messageRepository(sql: Sql) {
  const statements = messageStatements(sql);

  function insertText(
    message: NewText,
    side: { isOwn: 0 | 1; isUnread: 0 | 1; receivedAtMs: number | null; delivery: DeliveryState | null },
  ): void {
    const { messageId, conversation, author, sentAtMs, acceptedOrder, integrity, signed, chain } = message;
    const { text, extras, threadRoot, place, expiresAfterS } = message.message;
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
      chain?.epoch ?? null,
      chain?.index ?? null,
      threadRoot === null ? null : blob(threadRoot),
      place === 'thread' ? 0 : 1,
      extrasToJson(extras),
      message.mentions === 'me' ? 1 : 0,
      expiresAfterS,
      acceptedOrder === null ? null : expiryMs(acceptedOrder, expiresAfterS),
    );
  }

  return {
    place(messageId: MessageId): MessagePlace | null {
      const row = statements.place.get(blob(messageId));
      if (row === undefined) return null;
      return {
        conversation: row.conversation as ConversationRow,
        kind: row.kind,
        authorId: fromBlob<AccountId>(row.authorId),
        isOwn: row.isOwn === 1,
        delivery: row.delivery,
        threadRoot: row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot),
        isDeleted: row.deletedBy !== null,
        mentionsMe: row.mentionsMe === 1,
      };
    },
    /** Null for what is not a text, or was deleted. The wording that was signed, whatever shows now. */
    original(messageId: MessageId): OriginalText | null {
      const content = statements.original.get(blob(messageId))?.content ?? null;
      if (content === null) return null;
      const { body } = fromBinary(wire.ContentSchema, content);
      if (body.case !== 'text') return null;
      const { text, extras } = textFromWire(body.value);
      return { text, extras };
    },
    /** Null for what is not a text, or was deleted. */
    firstVersion(messageId: MessageId): Omit<MessageVersion, 'isShown'> | null {
      const original = this.original(messageId);
      const row = statements.verdicts.get(blob(messageId));
      if (original === null || row === undefined) return null;
      const { atMs, deviceId, ...integrity } = row;
      return { text: original.text, atMs, authorDeviceId: parseDeviceId(deviceId), integrity };
    },
    /** The words as they stand now; null for what is not a text, or was deleted. */
    shown(messageId: MessageId): OriginalText | null {
      const row = statements.shown.get(blob(messageId));
      return row === undefined ? null : { text: row.text, extras: extrasFromJson(row.extras) };
    },
    show(messageId: MessageId, shown: ShownText): void {
      statements.show.run(
        shown.text,
        extrasToJson(shown.extras),
        shown.mentions === 'me' ? 1 : 0,
        shown.editedAtMs,
        blob(messageId),
      );
    },
    /** Leaves a mark where the message stood; its words and their proof are gone. */
    markDeleted: (messageId: MessageId, by: AccountId): boolean =>
      statements.markDeleted.run(blob(by), blob(messageId)).changes > 0,
    annotate: (messageId: MessageId) => void statements.annotate.run(blob(messageId)),

    insertOwn(message: NewText): void {
      const delivery = message.acceptedOrder === null ? 'queued' : 'accepted';
      insertText(message, { isOwn: 1, isUnread: 0, receivedAtMs: null, delivery });
    },
    insertForeign(message: NewText, receivedAtMs: number, state: 'unread' | 'read'): void {
      insertText(message, { isOwn: 0, isUnread: state === 'unread' ? 1 : 0, receivedAtMs, delivery: null });
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
    /** True when there was one. */
    remove: (messageId: MessageId): boolean => statements.remove.run(blob(messageId)).changes > 0,
    /** What a message says that waits for its files; null for any other. */
    unsigned(messageId: MessageId): MessageText | null {
      const row = statements.unsigned.get(blob(messageId));
      if (row === undefined) return null;
      const threadRoot = row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot);
      return {
        text: row.text,
        extras: extrasFromJson(row.extras),
        threadRoot,
        place: threadRoot === null ? 'room' : row.inRoom === 1 ? 'thread-and-room' : 'thread',
        expiresAfterS: row.expiresAfterS,
      };
    },
    setSigned(
      messageId: MessageId,
      { content, signature }: SignedBytes,
      facts: {
        readonly sentAtMs: number;
        readonly verdict: IntegrityVerdict['chain'];
        readonly chain: ChainPlace | null;
      },
    ): void {
      const { sentAtMs, verdict, chain } = facts;
      statements.setSigned.run(
        content,
        signature,
        sentAtMs,
        verdict,
        chain?.epoch ?? null,
        chain?.index ?? null,
        blob(messageId),
      );
    },
    signedBytes: (messageId: MessageId): SignedBytes | null =>
      statements.content.get(blob(messageId)) ?? null,

    /** What is stored of an author device at a place in its chain, right before it and right after. */
    linksAround(
      conversation: ConversationRow,
      author: DeviceAddress,
      place: ChainPlace,
    ): readonly KnownLink[] {
      return statements.around
        .all(
          conversation,
          blob(author.accountId),
          author.deviceId,
          place.epoch,
          place.index - 1,
          place.index + 1,
        )
        .map(({ index, content }) => ({
          index,
          hash: contentHash(content),
          previousHash: previousHashOf(content),
        }));
    },

    markEncrypted: (messageId: MessageId) => void statements.markEncrypted.run(blob(messageId)),
    /** The relay's order also gives the message its place in the conversation. */
    markAccepted: (messageId: MessageId, order: number) =>
      void statements.markAccepted.run(order, order, orderToMs(order), blob(messageId)),
    /** Both return true when the message went forward; only messages of this conversation can. */
    markDelivered(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markDelivered.run(atMs, blob(messageId), conversation).changes > 0;
    },
    markReadByPeer(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markReadByPeer.run(atMs, atMs, blob(messageId), conversation).changes > 0;
    },
    /** False when it was known already. */
    noteDelivery(messageId: MessageId, by: AccountId, level: 'delivered' | 'read', atMs: number): boolean {
      const note = level === 'read' ? statements.noteRead : statements.noteDelivered;
      return note.run(blob(messageId), blob(by), atMs).changes > 0;
    },
    hasDelivery: (messageId: MessageId, by: AccountId, level: 'delivered' | 'read'): boolean =>
      (level === 'read' ? statements.hasRead : statements.hasDelivered).get(blob(messageId), blob(by)) !==
      undefined,
    /** Only what no relay had can fail: the other side may have heard of it before we did. */
    markFailed: (messageId: MessageId, reason: ErrorCode) =>
      void statements.markFailed.run(reason, blob(messageId)),
    requeue: (messageId: MessageId): boolean => statements.requeue.run(blob(messageId)).changes > 0,

    /** Marks what others wrote up to a place, in the room or in one thread, as read; returns what was unread. */
    markReadUpTo(
      conversation: ConversationRow,
      thread: MessageId | null,
      upTo: HistoryCursor,
    ): readonly ReadMessage[] {
      const rows =
        thread === null
          ? statements.markReadUpTo.all(conversation, upTo.order, upTo.row)
          : statements.markThreadReadUpTo.all(conversation, blob(thread), upTo.order, upTo.row);
      return rows.map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        authorId: fromBlob<AccountId>(row.authorId),
        threadRoot: row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot),
      }));
    },
    /** Those whose time is up, oldest first. */
    expired(
      nowMs: number,
      limit: number,
    ): readonly { messageId: MessageId; conversation: ConversationRow }[] {
      return statements.expired.all(nowMs, limit).map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        conversation: row.conversation,
      }));
    },
    /** When the next one goes; null when none does. */
    nextExpiryMs: (): number | null => statements.nextExpiry.get()?.atMs ?? null,
    /** Texts of others, for receipts that were held back until a request was accepted. */
    foreignTexts(
      conversation: ConversationRow,
    ): readonly { messageId: MessageId; authorId: AccountId; isUnread: boolean }[] {
      return statements.foreign.all(conversation).map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        authorId: fromBlob<AccountId>(row.authorId),
        isUnread: row.isUnread === 1,
      }));
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

function messageStatements(sql: Sql) {
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

function expiryMs(acceptedOrder: number, expiresAfterS: number | null): number | null {
  return expiresAfterS === null ? null : orderToMs(acceptedOrder) + expiresAfterS * 1000;
}

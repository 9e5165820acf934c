/** Reading messages: pages by key, never by offset or by a clock. Runs on the reading connection. */
import type { Statement } from 'better-sqlite3';
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
import { annotationReader, NO_ANNOTATIONS } from './annotations.ts';
import type { DeliveryState } from './delivery.ts';
import { extrasFromJson } from './extras.ts';

interface Row {
  row: number;
  conversation: ConversationRow;
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
  threadRoot: Blob | null;
  inRoom: number;
  extras: string | null;
  mentionsMe: number;
  editedAtMs: number | null;
  deletedBy: Blob | null;
  expiresAtMs: number | null;
  isAnnotated: number;
}

const SELECT = `
  SELECT m.id AS row, m.conversation, m.message_id AS messageId, c.room_id AS roomId, m.author_account_id AS authorId,
         m.author_device_id AS authorDevice, m.is_own AS isOwn, m.kind, m.body, m.sent_at_ms AS sentAtMs,
         m.display_order AS "order", m.accepted_order AS acceptedOrder, m.received_at_ms AS receivedAtMs,
         m.is_unread AS isUnread, m.delivery, m.failure, m.delivered_at_ms AS deliveredAtMs,
         m.read_at_ms AS readAtMs, m.signature_verdict AS signature, m.chain_verdict AS chain,
         m.clock_verdict AS clock, m.thread_root AS threadRoot, m.in_room AS inRoom, m.extras,
         m.mentions_me AS mentionsMe, m.edited_at_ms AS editedAtMs, m.deleted_by AS deletedBy,
         m.expires_at_ms AS expiresAtMs, m.is_annotated AS isAnnotated
  FROM messages m JOIN conversations c ON c.id = m.conversation`;

const failureCode = z.enum(ERROR_CODES).catch('internal');

export type History = ReturnType<typeof history>;

/** A place to page through: the room itself (`thread` null), or one of its threads. */
export interface Timeline {
  readonly conversation: ConversationRow;
  readonly thread: MessageId | null;
}

interface TimelineStatements {
  readonly newest: Statement<unknown[], Row>;
  readonly before: Statement<unknown[], Row>;
  readonly after: Statement<unknown[], Row>;
  readonly firstUnread: Statement<unknown[], HistoryCursor>;
}

/** The first parameters of a timeline's statements. */
type Key = readonly (number | Blob)[];

/** `where` names the index of the timeline; its parameters come first. */
function timelineStatements(sql: Sql, where: string): TimelineStatements {
  return {
    newest: sql.prepare(`${SELECT} WHERE ${where} ORDER BY m.display_order DESC, m.id DESC LIMIT ?`),
    before: sql.prepare(
      `${SELECT} WHERE ${where} AND (m.display_order, m.id) < (?, ?)
       ORDER BY m.display_order DESC, m.id DESC LIMIT ?`,
    ),
    after: sql.prepare(
      `${SELECT} WHERE ${where} AND (m.display_order, m.id) > (?, ?)
       ORDER BY m.display_order, m.id LIMIT ?`,
    ),
    firstUnread: sql.prepare(
      `SELECT display_order AS "order", id AS row FROM messages m
       WHERE ${where} AND is_unread = 1 ORDER BY display_order, id LIMIT 1`,
    ),
  };
}

export function history(sql: Sql) {
  const annotations = annotationReader(sql);
  const room = timelineStatements(sql, 'm.conversation = ? AND m.in_room = 1');
  const thread = timelineStatements(
    sql,
    'm.conversation = ? AND m.thread_root = ? AND m.thread_root IS NOT NULL',
  );
  const attachments = attachmentRepository(sql);
  const byId = sql.prepare<[Blob], Row>(`${SELECT} WHERE m.message_id = ?`);
  const unread = sql.prepare<[number], { count: number; mentions: number | null }>(
    `SELECT count(*) AS count, sum(mentions_me) AS mentions FROM messages
     WHERE conversation = ? AND is_unread = 1 AND in_room = 1`,
  );
  const lastText = sql.prepare<[number], Row>(
    `${SELECT} WHERE m.conversation = ? AND m.in_room = 1 AND m.kind = 'text'
     ORDER BY m.display_order DESC, m.id DESC LIMIT 1`,
  );
  const lastReply = sql.prepare<[number, Blob], Row>(
    `${SELECT} WHERE m.conversation = ? AND m.thread_root = ? ORDER BY m.display_order DESC, m.id DESC LIMIT 1`,
  );
  const statementsOf = (timeline: Timeline): { statements: TimelineStatements; key: Key } =>
    timeline.thread === null
      ? { statements: room, key: [timeline.conversation] }
      : { statements: thread, key: [timeline.conversation, blob(timeline.thread)] };

  function olderThan(timeline: Timeline, cursor: HistoryCursor, limit: number) {
    const { statements, key } = statementsOf(timeline);
    const rows = statements.before.all(...key, cursor.order, cursor.row, limit + 1);
    return { rows: rows.slice(0, limit).reverse(), hasMore: rows.length > limit };
  }

  function newerThan(timeline: Timeline, cursor: HistoryCursor, limit: number) {
    const { statements, key } = statementsOf(timeline);
    const rows = statements.after.all(...key, cursor.order, cursor.row, limit + 1);
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  function select(timeline: Timeline, from: PageStart, limit: number) {
    switch (from.at) {
      case 'newest': {
        const { statements, key } = statementsOf(timeline);
        const rows = statements.newest.all(...key, limit + 1);
        return { rows: rows.slice(0, limit).reverse(), hasOlder: rows.length > limit, hasNewer: false };
      }
      case 'before': {
        const { rows, hasMore } = olderThan(timeline, from.cursor, limit);
        return { rows, hasOlder: hasMore, hasNewer: true };
      }
      case 'after': {
        const { rows, hasMore } = newerThan(timeline, from.cursor, limit);
        return { rows, hasOlder: true, hasNewer: hasMore };
      }
      case 'around': {
        const half = Math.ceil(limit / 2);
        const older = olderThan(timeline, from.cursor, half);
        // The row at the cursor itself belongs to the newer half.
        const newer = newerThan(timeline, { ...from.cursor, row: from.cursor.row - 1 }, half);
        return { rows: [...older.rows, ...newer.rows], hasOlder: older.hasMore, hasNewer: newer.hasMore };
      }
    }
  }

  function messageView(row: Row): MessageView {
    const messageId = fromBlob<MessageId>(row.messageId);
    const authorId = fromBlob<AccountId>(row.authorId);
    const isDeleted = row.deletedBy !== null;
    const found =
      row.isAnnotated === 1
        ? annotations.of({ messageId, conversation: row.conversation, authorId, isDeleted })
        : NO_ANNOTATIONS;
    return {
      messageId,
      roomId: fromBlob<RoomId>(row.roomId),
      order: row.order,
      row: row.row,
      authorId,
      isOwn: row.isOwn === 1,
      body: body(row),
      sentAtMs: row.sentAtMs,
      isUnread: row.isUnread === 1,
      delivery: delivery(row),
      inThread:
        row.threadRoot === null
          ? null
          : { root: fromBlob<MessageId>(row.threadRoot), alsoInRoom: row.inRoom === 1 },
      ...found,
      attachments: row.kind === 'text' && !isDeleted ? attachments.views(messageId) : [],
      editedAtMs: row.editedAtMs,
      mentionsMe: row.mentionsMe === 1,
      expiresAtMs: row.expiresAtMs,
      isSuspicious: row.signature === 'invalid' || row.chain === 'fork' || row.clock === 'future',
    };
  }

  function body(row: Row): MessageBody {
    // Written by this engine only: the store is encrypted and authenticated.
    if (row.kind === 'notice') return { type: 'notice', notice: JSON.parse(row.body) as Notice };
    if (row.deletedBy !== null) return { type: 'deleted', by: fromBlob<AccountId>(row.deletedBy) };
    const { mentions = [], quote, isForwarded = false } = extrasFromJson(row.extras);
    return {
      type: 'text',
      text: row.body,
      mentions,
      quote: quote === undefined ? null : annotations.quote(quote, row.conversation),
      isForwarded,
    };
  }

  return {
    /** One transaction, so that the page and what is said about it agree. */
    page(timeline: Timeline, from: PageStart, limit: number): HistoryPage {
      return sql.transaction(() => {
        const { rows, hasOlder, hasNewer } = select(timeline, from, limit);
        const { statements, key } = statementsOf(timeline);
        return {
          messages: rows.map(messageView),
          hasOlder,
          hasNewer,
          firstUnread: statements.firstUnread.get(...key) ?? null,
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
    /** The newest in a thread, deleted or not. */
    lastReply(conversation: ConversationRow, root: MessageId): MessageView | null {
      const row = lastReply.get(conversation, blob(root));
      return row === undefined ? null : messageView(row);
    },
    /** Of what stands in the room itself. */
    unread(conversation: ConversationRow): { readonly count: number; readonly mentions: number } {
      const counted = unread.get(conversation);
      return { count: counted?.count ?? 0, mentions: counted?.mentions ?? 0 };
    },
  };
}

export type PageStart =
  { readonly at: 'newest' } | { readonly at: 'before' | 'after' | 'around'; readonly cursor: HistoryCursor };

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

function delivery(row: Row): Delivery | null {
  if (row.delivery === null) return null;
  if (row.delivery === 'failed') return { state: 'failed', reason: failureCode.parse(row.failure) };
  return { state: row.delivery };
}

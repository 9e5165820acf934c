/** Threads: what is known of each besides its messages, and what is counted from them. */
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { threadKey } from '../drafts/repository.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export interface ThreadCounts {
  readonly replyCount: number;
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly lastOrder: number;
}

export interface StoredThread {
  readonly conversation: ConversationRow;
  readonly root: MessageId;
  readonly isFollowed: boolean;
}

/** At most as many faces as a chip has room for. */
const MAX_PARTICIPANTS = 5;

export type ThreadRepository = ReturnType<typeof threadRepository>;

export function threadRepository(sql: Sql) {
  const ensure = sql.prepare<[number, Blob]>(
    'INSERT INTO threads (conversation, root) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const involve = sql.prepare<[number, Blob]>(
    'UPDATE threads SET is_involved = 1 WHERE conversation = ? AND root = ? AND is_involved = 0',
  );
  const choose = sql.prepare<[number, Blob, 0 | 1, Stamp]>(
    `INSERT INTO threads (conversation, root, choice, choice_stamp) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET choice = excluded.choice, choice_stamp = excluded.choice_stamp
     WHERE excluded.choice_stamp > threads.choice_stamp`,
  );
  const get = sql.prepare<[number, Blob], { isFollowed: number }>(
    'SELECT coalesce(choice, is_involved) AS isFollowed FROM threads WHERE conversation = ? AND root = ?',
  );
  const all = sql.prepare<[number], { root: Blob }>(
    'SELECT root FROM threads WHERE conversation = ? ORDER BY root',
  );
  const followed = sql.prepare<[], { conversation: ConversationRow; root: Blob; lastOrder: number | null }>(
    `SELECT conversation, root,
            (SELECT max(display_order) FROM messages m
             WHERE m.conversation = threads.conversation AND m.thread_root = threads.root) AS lastOrder
     FROM threads WHERE coalesce(choice, is_involved) = 1`,
  );
  const replies = sql.prepare<[number, Blob], { count: number; lastOrder: number | null }>(
    `SELECT count(*) AS count, max(display_order) AS lastOrder FROM messages
     WHERE conversation = ? AND thread_root = ? AND deleted_by IS NULL`,
  );
  const unread = sql.prepare<[number, Blob], { count: number; mentions: number | null }>(
    `SELECT count(*) AS count, sum(mentions_me) AS mentions FROM messages
     WHERE conversation = ? AND thread_root = ? AND is_unread = 1`,
  );
  // Replies that stand in the room are counted there.
  const unreadOfRoom = sql.prepare<[number], { count: number }>(
    `SELECT count(*) AS count FROM messages m
     JOIN threads t ON t.conversation = m.conversation AND t.root = m.thread_root
     WHERE m.conversation = ? AND m.thread_root IS NOT NULL AND m.is_unread = 1 AND m.in_room = 0
       AND coalesce(t.choice, t.is_involved) = 1`,
  );
  const participants = sql.prepare<[number, Blob, number], { authorId: Blob }>(
    `SELECT author_account_id AS authorId FROM messages
     WHERE conversation = ? AND thread_root = ? AND deleted_by IS NULL
     GROUP BY author_account_id ORDER BY min(display_order), min(id) LIMIT ?`,
  );
  const readElsewhere = sql.prepare<[number, Blob], { order: number }>(
    `SELECT up_to_order AS "order" FROM read_elsewhere WHERE conversation = ? AND thread_root = ?`,
  );
  const setReadElsewhere = sql.prepare<[number, Blob, number]>(
    `INSERT INTO read_elsewhere (conversation, thread_root, up_to_order) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET up_to_order = max(up_to_order, excluded.up_to_order)`,
  );

  return {
    ensure: (conversation: ConversationRow, root: MessageId) => void ensure.run(conversation, blob(root)),
    /** Took part in it, or was spoken to: followed from now on, unless the person chose otherwise. */
    involve: (conversation: ConversationRow, root: MessageId): boolean =>
      involve.run(conversation, blob(root)).changes > 0,
    /** False when a later choice is known. */
    choose: (conversation: ConversationRow, root: MessageId, state: 'on' | 'off', stamp: Stamp): boolean =>
      choose.run(conversation, blob(root), state === 'on' ? 1 : 0, stamp).changes > 0,
    get(conversation: ConversationRow, root: MessageId): StoredThread | null {
      const row = get.get(conversation, blob(root));
      return row === undefined ? null : { conversation, root, isFollowed: row.isFollowed === 1 };
    },
    all: (conversation: ConversationRow): readonly MessageId[] =>
      all.all(conversation).map((row) => fromBlob<MessageId>(row.root)),
    /** Newest activity first. */
    followed: (): readonly (StoredThread & { readonly lastOrder: number })[] =>
      followed
        .all()
        .map((row) => ({
          conversation: row.conversation,
          root: fromBlob<MessageId>(row.root),
          isFollowed: true,
          lastOrder: row.lastOrder ?? 0,
        }))
        .sort((a, b) => b.lastOrder - a.lastOrder || (a.root < b.root ? 1 : -1)),
    counts(conversation: ConversationRow, root: MessageId): ThreadCounts {
      const { count, lastOrder } = replies.get(conversation, blob(root)) ?? { count: 0, lastOrder: null };
      const unreads = unread.get(conversation, blob(root));
      return {
        replyCount: count,
        unreadCount: unreads?.count ?? 0,
        mentionCount: unreads?.mentions ?? 0,
        lastOrder: lastOrder ?? 0,
      };
    },
    /** Unread replies of followed threads that the room itself does not count. */
    unreadOfRoom: (conversation: ConversationRow): number => unreadOfRoom.get(conversation)?.count ?? 0,
    /** Who replied, in the order in which they first did. */
    repliers: (conversation: ConversationRow, root: MessageId): readonly AccountId[] =>
      participants
        .all(conversation, blob(root), MAX_PARTICIPANTS)
        .map((row) => fromBlob<AccountId>(row.authorId)),
    /** 0 where nothing was read elsewhere. */
    readElsewhere: (conversation: ConversationRow, thread: MessageId | null): number =>
      readElsewhere.get(conversation, threadKey(thread))?.order ?? 0,
    setReadElsewhere: (conversation: ConversationRow, thread: MessageId | null, order: number) =>
      void setReadElsewhere.run(conversation, threadKey(thread), order),
  };
}

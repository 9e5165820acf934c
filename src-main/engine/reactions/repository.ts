/** Who reacted with what: the last word of each author on each emoji. */
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export interface ReactionChange {
  readonly conversation: ConversationRow;
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly emoji: string;
  readonly state: 'on' | 'off';
  readonly stamp: Stamp;
}

export interface Reaction {
  readonly authorId: AccountId;
  readonly emoji: string;
}

/** One author's different emoji on one message; others are not taken. */
export const MAX_EMOJI_PER_AUTHOR = 20;

export type ReactionRepository = ReturnType<typeof reactionRepository>;

export function reactionRepository(sql: Sql) {
  const put = sql.prepare<[Blob, number, Blob, string, 0 | 1, Stamp]>(
    `INSERT INTO reactions (message_id, conversation, author_account_id, emoji, is_active, stamp)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET is_active = excluded.is_active, stamp = excluded.stamp
     WHERE excluded.stamp > reactions.stamp`,
  );
  const active = sql.prepare<[Blob, number, number], { authorId: Blob; emoji: string }>(
    `SELECT authorId, emoji FROM (
       SELECT author_account_id AS authorId, emoji, stamp,
              row_number() OVER (PARTITION BY author_account_id ORDER BY stamp) AS place
       FROM reactions WHERE message_id = ? AND conversation = ? AND is_active = 1)
     WHERE place <= ? ORDER BY stamp`,
  );
  const remove = sql.prepare<[Blob, number]>(
    'DELETE FROM reactions WHERE message_id = ? AND conversation = ?',
  );
  return {
    /** False when a later word is known. */
    put: ({ conversation, messageId, authorId, emoji, state, stamp }: ReactionChange): boolean =>
      put.run(blob(messageId), conversation, blob(authorId), emoji, state === 'on' ? 1 : 0, stamp).changes >
      0,
    /** In the order in which they were made. */
    of: (messageId: MessageId, conversation: ConversationRow): readonly Reaction[] =>
      active
        .all(blob(messageId), conversation, MAX_EMOJI_PER_AUTHOR)
        .map((row) => ({ authorId: fromBlob<AccountId>(row.authorId), emoji: row.emoji })),
    removeAllOf: (messageId: MessageId, conversation: ConversationRow) =>
      void remove.run(blob(messageId), conversation),
  };
}

/** Pinned messages of a conversation: for everybody in it, and by the last word on each. */
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export interface PinChange {
  readonly conversation: ConversationRow;
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly state: 'on' | 'off';
  readonly stamp: Stamp;
}

export type PinRepository = ReturnType<typeof pinRepository>;

export function pinRepository(sql: Sql) {
  const put = sql.prepare<[Blob, number, Blob, 0 | 1, Stamp]>(
    `INSERT INTO pins (message_id, conversation, author_account_id, is_active, stamp) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET is_active = excluded.is_active, stamp = excluded.stamp,
       author_account_id = excluded.author_account_id
     WHERE excluded.stamp > pins.stamp`,
  );
  const isActive = sql.prepare<[Blob, number]>(
    'SELECT 1 FROM pins WHERE message_id = ? AND conversation = ? AND is_active = 1',
  );
  const all = sql.prepare<[number], { messageId: Blob }>(
    'SELECT message_id AS messageId FROM pins WHERE conversation = ? AND is_active = 1 ORDER BY stamp DESC',
  );
  const remove = sql.prepare<[Blob, number]>('DELETE FROM pins WHERE message_id = ? AND conversation = ?');
  return {
    /** False when a later word is known. */
    put: ({ conversation, messageId, authorId, state, stamp }: PinChange): boolean =>
      put.run(blob(messageId), conversation, blob(authorId), state === 'on' ? 1 : 0, stamp).changes > 0,
    isPinned: (messageId: MessageId, conversation: ConversationRow): boolean =>
      isActive.get(blob(messageId), conversation) !== undefined,
    /** Newest first; some may be of messages this device does not have. */
    all: (conversation: ConversationRow): readonly MessageId[] =>
      all.all(conversation).map((row) => fromBlob<MessageId>(row.messageId)),
    removeAllOf: (messageId: MessageId, conversation: ConversationRow) =>
      void remove.run(blob(messageId), conversation),
  };
}

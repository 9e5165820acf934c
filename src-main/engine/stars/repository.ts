/** Messages this person marked for themselves, and those they want no more of. */
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export type StarRepository = ReturnType<typeof starRepository>;

export function starRepository(sql: Sql) {
  const put = sql.prepare<[Blob, 0 | 1, Stamp]>(
    `INSERT INTO stars (message_id, is_active, stamp) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET is_active = excluded.is_active, stamp = excluded.stamp
     WHERE excluded.stamp > stars.stamp`,
  );
  const isActive = sql.prepare<[Blob]>('SELECT 1 FROM stars WHERE message_id = ? AND is_active = 1');
  const newest = sql.prepare<[number], { messageId: Blob }>(
    'SELECT message_id AS messageId FROM stars WHERE is_active = 1 ORDER BY stamp DESC LIMIT ?',
  );
  const remove = sql.prepare<[Blob]>('DELETE FROM stars WHERE message_id = ?');
  return {
    /** False when a later word is known. */
    put: (messageId: MessageId, state: 'on' | 'off', stamp: Stamp): boolean =>
      put.run(blob(messageId), state === 'on' ? 1 : 0, stamp).changes > 0,
    isStarred: (messageId: MessageId): boolean => isActive.get(blob(messageId)) !== undefined,
    newest: (limit: number): readonly MessageId[] =>
      newest.all(limit).map((row) => fromBlob<MessageId>(row.messageId)),
    remove: (messageId: MessageId) => void remove.run(blob(messageId)),
  };
}

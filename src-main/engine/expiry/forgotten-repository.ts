/** Messages that are gone from this device for good: a late copy must not bring them back. */
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob } from '../store/ids.ts';

export type ForgottenRepository = ReturnType<typeof forgottenRepository>;

export function forgottenRepository(sql: Sql) {
  const add = sql.prepare<[Blob, number]>(
    'INSERT INTO forgotten (message_id, forgotten_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const has = sql.prepare<[Blob]>('SELECT 1 FROM forgotten WHERE message_id = ?');
  const concern = sql.prepare<[Blob]>('UPDATE forgotten SET concerned_me = 1 WHERE message_id = ?');
  const concerned = sql.prepare<[Blob]>('SELECT 1 FROM forgotten WHERE message_id = ? AND concerned_me = 1');
  return {
    add: (messageId: MessageId, nowMs: number) => void add.run(blob(messageId), nowMs),
    has: (messageId: MessageId): boolean => has.get(blob(messageId)) !== undefined,
    /** It was written by this person, or to them. */
    markConcerning: (messageId: MessageId) => void concern.run(blob(messageId)),
    concernedMe: (messageId: MessageId): boolean => concerned.get(blob(messageId)) !== undefined,
  };
}

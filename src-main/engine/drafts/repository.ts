/** What is being written, in a room or in a thread. The last writer wins; what lost is offered beside it. */
import type { MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { NO_STAMP, type Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob } from '../store/ids.ts';

export interface Written {
  readonly text: string;
  readonly stamp: Stamp;
}

export interface StoredDraft {
  /** Empty where there is none. */
  readonly newest: Written;
  /** What another device wrote meanwhile; empty for none. */
  readonly older: Written;
  /** What was written before this is of no interest: it was sent, or cleared. */
  readonly emptiedStamp: Stamp;
}

const NOTHING: Written = { text: '', stamp: NO_STAMP };
/** Where nothing was ever written. */
export const NO_DRAFT: StoredDraft = { newest: NOTHING, older: NOTHING, emptiedStamp: NO_STAMP };

interface Row {
  text: string;
  stamp: Stamp;
  olderText: string;
  olderStamp: Stamp;
  emptiedStamp: Stamp;
}

export type DraftRepository = ReturnType<typeof draftRepository>;

export function draftRepository(sql: Sql) {
  const get = sql.prepare<[number, Blob], Row>(
    `SELECT text, stamp, older_text AS olderText, older_stamp AS olderStamp, emptied_stamp AS emptiedStamp
     FROM drafts WHERE conversation = ? AND thread_root = ?`,
  );
  const put = sql.prepare<[number, Blob, string, Stamp, string, Stamp, Stamp]>(
    `INSERT OR REPLACE INTO drafts
       (conversation, thread_root, text, stamp, older_text, older_stamp, emptied_stamp)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    get(conversation: ConversationRow, thread: MessageId | null): StoredDraft {
      const row = get.get(conversation, threadKey(thread));
      if (row === undefined) return NO_DRAFT;
      const { text, stamp, olderText, olderStamp, emptiedStamp } = row;
      return { newest: { text, stamp }, older: { text: olderText, stamp: olderStamp }, emptiedStamp };
    },
    put(conversation: ConversationRow, thread: MessageId | null, draft: StoredDraft): void {
      const { newest, older, emptiedStamp } = draft;
      const place = threadKey(thread);
      put.run(conversation, place, newest.text, newest.stamp, older.text, older.stamp, emptiedStamp);
    },
  };
}

/** Empty for the room itself. */
export function threadKey(thread: MessageId | null): Blob {
  return thread === null ? new Uint8Array() : blob(thread);
}

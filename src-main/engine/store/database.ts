/**
 * The encrypted store: one SQLCipher database, one connection that writes and one that reads. Both live
 * in the engine's thread; a transaction runs from begin to commit without giving up the thread.
 */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { migrate } from './migrate.ts';

export type Sql = Database.Database;
/** A column of bytes. Rows come back as `Buffer`, which is one. */
export type Blob = Uint8Array<ArrayBuffer>;

export interface StoreDatabase {
  readonly write: Sql;
  readonly read: Sql;
  /**
   * Runs `work` in one transaction and returns after the commit is on the disk. Throws `disk-full`,
   * `store-corrupt`, or what `work` threw; then nothing of it is stored.
   */
  transaction<Result>(work: () => Result): Result;
  /**
   * Moves everything from the log into the database and empties the log: what was deleted leaves the
   * disk, and the database stands without its log. Where the disk does not allow it, all stays as durable
   * as it was.
   */
  truncateLog(): void;
  close(): void;
}

/** Reader's wait for a checkpoint of the writer, both in one thread: never in practice. */
const BUSY_TIMEOUT_MS = 2_000;
const CACHE_KIB = 32 * 1024;
/** Frames of 4 KiB after which a commit also moves the log into the database. */
const WAL_AUTOCHECKPOINT_PAGES = 1_000;

/**
 * Opens or creates the store at `path` with a 32-byte key. Throws `store-corrupt` when the file does not
 * open with this key, `store-too-new`, `disk-full`.
 */
export function openDatabase(path: string, key: Uint8Array): StoreDatabase {
  const opened: Sql[] = [];
  try {
    const write = open(path, key, {});
    opened.push(write);
    write.pragma('journal_mode = WAL');
    // FULL: a commit is on the disk before anything is acknowledged to anybody.
    write.pragma('synchronous = FULL');
    write.pragma('secure_delete = ON');
    write.pragma(`wal_autocheckpoint = ${String(WAL_AUTOCHECKPOINT_PAGES)}`);
    // A log that gets lost must not take the whole schema with it.
    if (migrate(write) === 'migrated') truncateLog(write);
    const read = open(path, key, { readonly: true });
    opened.push(read);
    return storeDatabase(write, read);
  } catch (error) {
    for (const db of opened) db.close();
    throw storeError(error);
  }
}

function open(path: string, key: Uint8Array, options: Database.Options): Sql {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS, ...options });
  try {
    db.pragma(`cipher = 'sqlcipher'`);
    db.pragma('legacy = 4');
    db.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
    // Sorting and temporary tables stay in memory: on disk they would be plaintext.
    db.pragma('temp_store = MEMORY');
    db.pragma(`cache_size = -${String(CACHE_KIB)}`);
    // The first read decrypts and authenticates a page: a wrong key or a damaged header shows here.
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeDatabase(write: Sql, read: Sql): StoreDatabase {
  return {
    write,
    read,
    transaction<Result>(work: () => Result): Result {
      try {
        return write.transaction(work).immediate();
      } catch (error) {
        throw storeError(error);
      }
    },
    truncateLog() {
      truncateLog(write);
    },
    close() {
      read.close();
      try {
        // Leaves the log empty, so that deleted text does not stay behind in it.
        if (write.open) truncateLog(write);
      } finally {
        write.close();
      }
    },
  };
}

function truncateLog(write: Sql): void {
  try {
    write.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // A full or damaged disk: what is in the log is as durable there.
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}

/** SQLite's own errors to typed ones; everything else passes. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_FULL')) {
    return new KithError(
      'disk-full',
      'The disk is full. Free some space; nothing was lost and Kith goes on by itself.',
      {
        cause: error,
      },
    );
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) {
    return new KithError('store-corrupt', 'The message store is damaged and cannot be read.', {
      cause: error,
    });
  }
  return error;
}

/**
 * Moves a damaged store out of the way, with its log, and returns the new path of the database. It is
 * never overwritten: somebody may still be able to read parts of it.
 */
export function moveAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[:.]/g, '-');
  const target = `${path}.damaged-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

/** The database that was moved aside last, or null. */
export function newestMovedAside(path: string): string | null {
  const prefix = `${basename(path)}.damaged-`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix) && name.endsWith('Z'));
  const newest = names.sort().at(-1);
  return newest === undefined ? null : join(dirname(path), newest);
}

import SqliteDatabase from 'better-sqlite3';
import { StorageError } from '../storage.ts';

/** SQLite's result code (`SQLITE_FULL`, `SQLITE_IOERR_WRITE`, …), `undefined` for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof SqliteDatabase.SqliteError ? error.code : undefined;
}

/** What SQLite throws, as the storage interface's error. A defect of our own passes through unchanged. */
function storageError(error: unknown): Error {
  const code = sqliteCode(error);
  if (code === undefined || code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_ERROR') {
    return error instanceof Error ? error : new Error(String(error));
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new StorageError('full', 'The disk that holds the relay data is full.', error);
  }
  return new StorageError('failed', `The relay data cannot be read or written (${code}).`, error);
}

/**
 * Runs synchronous work as a promise, so that callers need not know that this driver never waits. Rejects
 * with a `StorageError`.
 */
export function promised<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve, reject) => {
    try {
      resolve(work());
    } catch (error) {
      reject(storageError(error));
    }
  });
}

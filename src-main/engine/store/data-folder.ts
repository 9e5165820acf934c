/** The folder that holds one profile: its files by name, and the lock that keeps a second Kith out. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { storeError } from './database.ts';
import { KEY_FILE_NAME } from './key-file.ts';

export interface DataFolder {
  readonly path: string;
  readonly databasePath: string;
  readonly keyFilePath: string;
  /** The sealed copy of the identity. */
  readonly identityPath: string;
  readonly filesPath: string;
  /** Lets another process use the folder. */
  release(): void;
}

/**
 * Takes the folder for this process; creates it where it is missing, for this user alone. The lock is
 * an exclusive transaction on a file of its own, so the system frees it however the process ends.
 * Throws `store-in-use`, `disk-full`.
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = new Database(join(path, 'lock'), { timeout: 0 });
  try {
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_BUSY') throw storeError(error);
    throw new KithError('store-in-use', 'Another Kith is already using this data folder.', { cause: error });
  }
  return {
    path,
    databasePath: join(path, 'kith.db'),
    keyFilePath: join(path, KEY_FILE_NAME),
    identityPath: join(path, 'identity.bin'),
    filesPath: join(path, 'files'),
    release() {
      lock.close();
    },
  };
}

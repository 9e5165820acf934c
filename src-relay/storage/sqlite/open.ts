/** Opens the database file, alone, whole and of a known version, or says in words why not. */
import { mkdirSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { sqliteCode } from './errors.ts';
import { migrate, MIGRATIONS, schemaVersion } from './migrations.ts';

/** 'Kith' in ASCII: tells the relay's database from any other SQLite file. */
const APPLICATION_ID = 0x4b697468;
/** Above this, a whole check at every start would take longer than about a second. */
const CHECKED_PAGES = 65_536;
/** WAL pages between checkpoints, 32 MiB: fewer writes of pages that change again and again. */
const CHECKPOINT_PAGES = 8192;
/** What the WAL file shrinks to after a burst. */
const WAL_BYTES = 64 * 1024 * 1024;
/** Page cache in KiB (negative by SQLite's convention): the inner pages of a large mailbox table. */
const CACHE_KIB = -64 * 1024;

/**
 * Opens or creates `file`. Throws `store-in-use` when another relay has it, `store-corrupt` when it is
 * damaged or not a relay's, `store-too-new`, `disk-full`, or `internal` when it cannot be opened at all.
 * Never changes a file it refuses.
 */
export function openRelayDatabase(directory: string, file: string): Database {
  let database: Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    database = new SqliteDatabase(file, { timeout: 0 });
    // The lock of this mode is the operating system's: it keeps a second relay out of the folder, and
    // goes with the process however that ends. It also spares the shared-memory file.
    database.pragma('locking_mode = EXCLUSIVE');
    requireOwnAndWhole(database, file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`);
    database.pragma(`journal_size_limit = ${String(WAL_BYTES)}`);
    database.pragma(`cache_size = ${String(CACHE_KIB)}`);
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    migrate(database, MIGRATIONS);
    database.pragma(`application_id = ${String(APPLICATION_ID)}`);
    return database;
  } catch (error) {
    database?.close();
    throw openingError(error, file);
  }
}

function requireOwnAndWhole(database: Database, file: string): void {
  const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (tables === 0) return;
  const applicationId = Number(database.pragma('application_id', { simple: true }));
  // A crash before the id was written leaves a schema of ours without it.
  if (applicationId !== APPLICATION_ID && !(applicationId === 0 && schemaVersion(database) > 0)) {
    throw new KithError(
      'store-corrupt',
      `${file} is not a Kith relay's database. Choose another data folder.`,
    );
  }
  if (Number(database.pragma('page_count', { simple: true })) > CHECKED_PAGES) return;
  const finding = String(database.pragma('quick_check(1)', { simple: true }));
  if (finding !== 'ok') throw corrupt(file, finding.replaceAll(/\s+/g, ' '));
}

function corrupt(file: string, detail: string, cause?: unknown): KithError {
  return new KithError(
    'store-corrupt',
    `The relay's database ${file} is damaged (${detail}). It was left as it is. Move it away and put a ` +
      'backup in its place; without one the relay starts anew and devices have to register again.',
    { cause },
  );
}

function openingError(error: unknown, file: string): KithError {
  if (error instanceof KithError) return error;
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new KithError(
      'store-in-use',
      `Another relay is using ${file}. Stop it first, or give this one its own folder with --data.`,
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT'))
    return corrupt(file, code, error);
  if (code.startsWith('SQLITE_FULL') || systemCode(error) === 'ENOSPC') {
    return new KithError('disk-full', `There is no space left for the relay's database ${file}.`, {
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new KithError('internal', `The relay cannot open its database ${file}: ${reason}.`, {
    cause: error,
  });
}

function systemCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import type { ExpiryResult, ExpiryTerms, RelayStorage } from '../storage.ts';
import { SqliteAccounts } from './accounts.ts';
import { AccountDirectory } from './directory.ts';
import { promised } from './errors.ts';
import { SqliteExpiry } from './expiry.ts';
import { MailRemoval } from './mail-removal.ts';
import { SqliteMail } from './mail.ts';
import { SqliteMedia } from './media.ts';
import { openRelayDatabase } from './open.ts';
import { SqliteObservedTime } from './observed-time.ts';
import { SqlitePreKeys } from './pre-keys.ts';

export const DATABASE_FILE = 'relay.db';

export interface SqliteStorageOptions {
  /** Made when it does not exist. One relay at a time. */
  readonly directory: string;
  /** Name of a new relay; one is made up when absent. */
  readonly relayName?: string;
}

/**
 * The storage driver for one process: one file, one connection, synchronous. A commit of a thousand
 * envelopes takes about 10 ms, which is what makes a single thread enough.
 *
 * Throws what `openRelayDatabase` throws, and `invalid-request` when the folder's relay has another name.
 */
export function openSqliteStorage(options: SqliteStorageOptions): RelayStorage {
  const database = openRelayDatabase(options.directory, join(options.directory, DATABASE_FILE));
  try {
    return assemble(database, settleName(database, options.relayName));
  } catch (error) {
    database.close();
    throw error;
  }
}

function assemble(database: Database, relayName: string): RelayStorage {
  const directory = new AccountDirectory(database);
  const removal = new MailRemoval(database);
  const preKeys = new SqlitePreKeys(database, directory);
  const expiry = new SqliteExpiry(database, removal);
  const time = new SqliteObservedTime(database);
  const check = database.prepare('SELECT last_order FROM relay_state');
  return {
    relayName,
    preKeys,
    accounts: new SqliteAccounts(database, directory, preKeys),
    mail: new SqliteMail(database, directory, removal),
    media: new SqliteMedia(database),
    expire: (terms: ExpiryTerms): Promise<ExpiryResult> => promised(() => expiry.step(terms)),
    observedTime: () => promised(() => time.get()),
    saveObservedTime: (observed) =>
      promised(() => {
        time.set(observed);
      }),
    check: () =>
      promised(() => {
        check.get();
      }),
    close: () =>
      promised(() => {
        database.close();
      }),
  };
}

/** The stored name, or on first start the given or a made-up one. */
function settleName(database: Database, wanted: string | undefined): string {
  const stored = database.prepare<[], string>('SELECT relay_name FROM relay_state').pluck().get();
  if (stored === undefined) {
    const name = wanted ?? `kith-${randomBytes(4).toString('hex')}`;
    database.prepare('INSERT INTO relay_state VALUES (1, ?, 0)').run(name);
    return name;
  }
  if (wanted !== undefined && wanted !== stored) {
    throw new KithError(
      'invalid-request',
      `This data folder belongs to the relay "${stored}". Its devices refuse any other name: leave --name ` +
        'out, or give a new relay its own folder.',
    );
  }
  return stored;
}

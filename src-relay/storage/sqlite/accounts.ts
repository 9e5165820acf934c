import type { Database, Statement } from 'better-sqlite3';
import { idToBytes, type AccountId } from '../../../src-shared/ids.ts';
import { decideRegistration, type NewAccounts } from '../../services/accounts/rules.ts';
import type {
  AccountRecord,
  AccountStore,
  Registration,
  RegistrationOutcome,
} from '../../services/accounts/storage.ts';
import { mailboxNo, type AccountDirectory } from './directory.ts';
import { promised } from './errors.ts';
import type { SqlitePreKeys } from './pre-keys.ts';

export class SqliteAccounts implements AccountStore {
  readonly #database: Database;
  readonly #directory: AccountDirectory;
  readonly #preKeys: SqlitePreKeys;
  readonly #insertAccount: Statement<[Uint8Array, string, Uint8Array, number]>;
  readonly #insertMailbox: Statement<[number]>;

  constructor(database: Database, directory: AccountDirectory, preKeys: SqlitePreKeys) {
    this.#database = database;
    this.#directory = directory;
    this.#preKeys = preKeys;
    this.#insertAccount = database.prepare(
      'INSERT INTO accounts (account_id, username, identity_key, created_ms) VALUES (?, ?, ?, ?)',
    );
    this.#insertMailbox = database.prepare('INSERT INTO mailboxes VALUES (?, 0, 0, 0)');
  }

  byId(accountId: AccountId): Promise<AccountRecord | undefined> {
    return promised(() => this.#directory.byId(accountId));
  }

  byUsername(username: string): Promise<AccountRecord | undefined> {
    return promised(() => this.#directory.byUsername(username));
  }

  register(
    registration: Registration,
    newAccounts: NewAccounts,
    maxStoredPreKeys: number,
    nowMs: number,
  ): Promise<RegistrationOutcome> {
    const register = this.#database.transaction(() =>
      this.#apply(registration, newAccounts, maxStoredPreKeys, nowMs),
    );
    return promised(() => {
      try {
        return register.immediate();
      } finally {
        // The transaction read its own, perhaps undone, writes into the cache.
        this.#directory.forget(registration.accountId);
      }
    });
  }

  #apply(
    registration: Registration,
    newAccounts: NewAccounts,
    maxStoredPreKeys: number,
    nowMs: number,
  ): RegistrationOutcome {
    const { accountId, deviceId, username, preKeys } = registration;
    const decision = decideRegistration(registration, {
      account: this.#directory.byId(accountId),
      usernameOwner: username === '' ? undefined : this.#directory.byUsername(username),
      newAccounts,
    });
    switch (decision) {
      case 'create-account':
        this.#insertAccount.run(idToBytes(accountId), username, registration.identityKey, nowMs);
        this.#addDevice(registration, nowMs);
        break;
      case 'add-device':
        this.#addDevice(registration, nowMs);
        break;
      case 'reinstall':
        this.#reinstall(registration, nowMs);
        break;
      case 'repeat':
        break;
      default:
        return { kind: decision };
    }
    this.#directory.forget(accountId);
    const account = this.#directory.byId(accountId);
    if (account === undefined) throw new Error('an account vanished within its registration');
    const mailbox = mailboxNo(account.accountNo, deviceId);
    return {
      kind: 'registered',
      effect: decision,
      account,
      preKeyCounts: this.#preKeys.uploadWithin(mailbox, preKeys, maxStoredPreKeys),
    };
  }

  /** The mailbox stays: what waits in it is asked for again once the device cannot read it. */
  #reinstall(registration: Registration, nowMs: number): void {
    const mailbox = this.#directory.mailbox(registration);
    if (mailbox === undefined) throw new Error('a device was reinstalled that does not exist');
    this.#preKeys.reinstallDevice(mailbox, registration.registrationId, nowMs);
  }

  #addDevice(registration: Registration, nowMs: number): void {
    const account = this.#directory.byId(registration.accountId);
    if (account === undefined) throw new Error('a device was added to no account');
    const mailbox = mailboxNo(account.accountNo, registration.deviceId);
    this.#preKeys.insertDevice(mailbox, registration.registrationId, registration.preKeys, nowMs);
    this.#insertMailbox.run(mailbox);
  }
}

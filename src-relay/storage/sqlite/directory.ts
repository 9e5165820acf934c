import type { Database, Statement } from 'better-sqlite3';
import {
  idFromBytes,
  idToBytes,
  type AccountId,
  type DeviceAddress,
  type DeviceId,
} from '../../../src-shared/ids.ts';
import type { AccountRecord } from '../../services/accounts/storage.ts';

/** An account with this database's short number for it. */
export interface StoredAccount extends AccountRecord {
  readonly accountNo: number;
  /** The account id as on the wire. */
  readonly idBytes: Uint8Array;
}

interface AccountRow {
  account_no: number;
  account_id: Buffer;
  username: string;
  identity_key: Buffer;
}

interface DeviceRow {
  mailbox_no: number;
  registration_id: number;
}

/** Mailbox numbers of one account span this many. */
const DEVICES_PER_ACCOUNT = 128;
/** About 1 KiB each. */
const CACHED_ACCOUNTS = 20_000;

export function mailboxNo(accountNo: number, deviceId: DeviceId): number {
  return accountNo * DEVICES_PER_ACCOUNT + deviceId;
}

export function mailboxOwner(no: number): { readonly accountNo: number; readonly deviceId: DeviceId } {
  return {
    accountNo: Math.floor(no / DEVICES_PER_ACCOUNT),
    deviceId: (no % DEVICES_PER_ACCOUNT) as DeviceId,
  };
}

/**
 * Accounts and their devices, the recently used ones in memory: every envelope asks for them. The cache
 * is right because this process alone writes the database, and forgets an account whenever it changes.
 */
export class AccountDirectory {
  readonly #byId: Statement<[Uint8Array], AccountRow>;
  readonly #byName: Statement<[string], AccountRow>;
  readonly #byNumber: Statement<[number], AccountRow>;
  readonly #devices: Statement<[number, number], DeviceRow>;
  readonly #cache = new Map<AccountId, StoredAccount>();
  readonly #cacheByNumber = new Map<number, StoredAccount>();

  constructor(database: Database) {
    const columns = 'SELECT account_no, account_id, username, identity_key FROM accounts';
    this.#byId = database.prepare(`${columns} WHERE account_id = ?`);
    this.#byName = database.prepare(`${columns} WHERE username = ?`);
    this.#byNumber = database.prepare(`${columns} WHERE account_no = ?`);
    this.#devices = database.prepare(
      'SELECT mailbox_no, registration_id FROM devices WHERE mailbox_no BETWEEN ? AND ?',
    );
  }

  byId(accountId: AccountId): StoredAccount | undefined {
    return this.#cache.get(accountId) ?? this.#load(this.#byId.get(idToBytes(accountId)));
  }

  byUsername(username: string): StoredAccount | undefined {
    return this.#load(this.#byName.get(username));
  }

  byNumber(accountNo: number): StoredAccount | undefined {
    return this.#cacheByNumber.get(accountNo) ?? this.#load(this.#byNumber.get(accountNo));
  }

  /** The mailbox of a device, `undefined` when the account or the device does not exist. */
  mailbox(address: DeviceAddress): number | undefined {
    const account = this.byId(address.accountId);
    return account?.devices.has(address.deviceId) === true
      ? mailboxNo(account.accountNo, address.deviceId)
      : undefined;
  }

  forget(accountId: AccountId): void {
    const account = this.#cache.get(accountId);
    this.#cache.delete(accountId);
    if (account !== undefined) this.#cacheByNumber.delete(account.accountNo);
  }

  #load(row: AccountRow | undefined): StoredAccount | undefined {
    if (row === undefined) return undefined;
    const first = mailboxNo(row.account_no, 0 as DeviceId);
    const devices = this.#devices
      .all(first, first + DEVICES_PER_ACCOUNT - 1)
      .map((device) => [mailboxOwner(device.mailbox_no).deviceId, device.registration_id] as const);
    const account: StoredAccount = {
      accountNo: row.account_no,
      accountId: idFromBytes(row.account_id),
      idBytes: row.account_id,
      username: row.username,
      identityKey: row.identity_key,
      devices: new Map(devices),
    };
    // The oldest half goes at once: cheaper than keeping order at every hit, and a miss costs 20 µs.
    if (this.#cache.size >= CACHED_ACCOUNTS) {
      for (const accountId of [...this.#cache.keys()].slice(0, CACHED_ACCOUNTS / 2)) this.forget(accountId);
    }
    this.#cache.set(account.accountId, account);
    this.#cacheByNumber.set(account.accountNo, account);
    return account;
  }
}

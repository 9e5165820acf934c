/** Keeps the sealed copy of this device's identity beside the store in step with the account. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { errorFields, type Logger } from '../log.ts';
import { identityCopyKey, openIdentity, sealIdentity, type IdentityRecord } from '../store/identity-copy.ts';
import { replaceFile } from '../store/replace-file.ts';
import type { Account } from './repository.ts';

export class IdentityKeeper {
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #log: Logger;
  /** What the file holds, as far as it could be read; null where there is none that opens. */
  #kept: IdentityRecord | null = null;

  /** Does not keep the key of the store. */
  constructor(path: string, storeKey: Uint8Array, log: Logger) {
    this.#path = path;
    this.#key = identityCopyKey(storeKey);
    this.#log = log;
    this.#kept = this.#read();
  }

  /** The copy, or null when there is none, or none that opens. */
  get kept(): IdentityRecord | null {
    return this.#kept;
  }

  /** Writes the copy when it says anything else than the account. A failure is tried again with the next call. */
  keep(account: Account): void {
    const record = identityRecord(account);
    if (JSON.stringify(record) === JSON.stringify(this.#kept)) return;
    try {
      // One that does not open may be somebody's last chance: it is moved and never overwritten.
      if (this.#kept === null && existsSync(this.#path)) {
        renameSync(this.#path, `${this.#path}.unreadable-${record.accountId}`);
      }
      replaceFile(this.#path, sealIdentity(record, this.#key));
      this.#kept = record;
    } catch (error) {
      // The account is in the store all the same.
      this.#log.error('identity.copy-failed', errorFields(error));
    }
  }

  #read(): IdentityRecord | null {
    if (!existsSync(this.#path)) return null;
    try {
      return openIdentity(readFileSync(this.#path), this.#key);
    } catch (error) {
      this.#log.error('identity.copy-unreadable', errorFields(error));
      return null;
    }
  }
}

function identityRecord(account: Account): IdentityRecord {
  const { accountId, deviceId, registrationId, reinstallations, state } = account;
  const { username, displayName, relayUrl, relayName } = account;
  return {
    accountId,
    deviceId,
    registrationId,
    reinstallations,
    state,
    username,
    displayName,
    relayUrl,
    relayName,
    privateKey: Buffer.from(account.privateKey.serialize()).toString('base64'),
    publicKey: Buffer.from(account.publicKey.serialize()).toString('base64'),
  };
}

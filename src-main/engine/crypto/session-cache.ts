/**
 * Sessions and identities as libsignal objects, so that reading a run of messages does not parse the
 * same record for each. Holds only what is committed.
 */
import type { SessionRecord } from '@signalapp/libsignal-client';
import { addressKey, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import type { KeyRepository, StoredIdentity } from './key-repository.ts';
import type { SenderKeyRepository } from './sender-key-repository.ts';
import type { KeySource, UnitOfWork } from './unit-of-work.ts';

/** A session record takes some 5 KiB of memory outside the heap. */
const MAX_SESSIONS = 1_000;

export class SessionCache implements KeySource {
  readonly #keys: KeyRepository;
  readonly #senderKeys: SenderKeyRepository;
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #identities = new Map<AccountId, StoredIdentity>();

  constructor(keys: KeyRepository, senderKeys: SenderKeyRepository) {
    this.#keys = keys;
    this.#senderKeys = senderKeys;
  }

  session(address: DeviceAddress): SessionRecord | null {
    const key = addressKey(address);
    const cached = this.#sessions.get(key);
    if (cached !== undefined) return cached;
    const record = this.#keys.session(address);
    if (record !== null) this.#remember(key, record);
    return record;
  }

  identity(accountId: AccountId): StoredIdentity | null {
    const cached = this.#identities.get(accountId);
    if (cached !== undefined) return cached;
    const identity = this.#keys.identity(accountId);
    if (identity !== null) this.#identities.set(accountId, identity);
    return identity;
  }

  preKey: KeySource['preKey'] = (keyId) => this.#keys.preKey(keyId);
  signedPreKey: KeySource['signedPreKey'] = (keyId) => this.#keys.signedPreKey(keyId);
  kyberPreKey: KeySource['kyberPreKey'] = (keyId) => this.#keys.kyberPreKey(keyId);
  hasKyberUse: KeySource['hasKyberUse'] = (use) => this.#keys.hasKyberUse(use);
  senderKey: KeySource['senderKey'] = (address, distributionId) =>
    this.#senderKeys.record(address, distributionId);

  /** After the commit of a unit. */
  absorb(unit: UnitOfWork): void {
    for (const { address, record } of unit.sessionChanges()) {
      if (record === null) this.#sessions.delete(addressKey(address));
      else this.#remember(addressKey(address), record);
    }
    for (const accountId of unit.touchedIdentities()) this.#identities.delete(accountId);
  }

  forgetIdentity(accountId: AccountId): void {
    this.#identities.delete(accountId);
  }

  #remember(key: string, record: SessionRecord): void {
    // Re-inserting moves a key to the end: the first one is the one longest unused.
    this.#sessions.delete(key);
    this.#sessions.set(key, record);
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size > MAX_SESSIONS && oldest.done !== true) this.#sessions.delete(oldest.value);
  }
}

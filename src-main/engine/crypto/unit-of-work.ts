/**
 * libsignal's stores are asynchronous, SQLite's transactions are not. A unit of work is the memory
 * between them: libsignal reads through it and writes into it; one synchronous transaction then stores
 * all of it, or none. A unit may be forked, so that one envelope that fails leaves no trace in the batch.
 */
import {
  LibSignalErrorBase,
  type PreKeyRecord,
  type PublicKey,
  type SenderKeyRecord,
  type SessionRecord,
  type SignedPreKeyRecord,
} from '@signalapp/libsignal-client';
import { addressKey, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import type { KeyRepository, KyberUse, StoredIdentity, StoredKyberPreKey } from './key-repository.ts';
import type { SenderKeyRepository } from './sender-key-repository.ts';

/** Where a unit reads what it has not written itself. */
export interface KeySource {
  session(address: DeviceAddress): SessionRecord | null;
  identity(accountId: AccountId): StoredIdentity | null;
  preKey(keyId: number): PreKeyRecord | null;
  signedPreKey(keyId: number): SignedPreKeyRecord | null;
  kyberPreKey(keyId: number): StoredKyberPreKey | null;
  hasKyberUse(use: KyberUse): boolean;
  senderKey(address: DeviceAddress, distributionId: string): SenderKeyRecord | null;
}

interface SenderKeyChange {
  readonly address: DeviceAddress;
  readonly distributionId: string;
  readonly record: SenderKeyRecord;
}

interface SessionChange {
  readonly address: DeviceAddress;
  /** Null deletes. */
  readonly record: SessionRecord | null;
}

export class UnitOfWork implements KeySource {
  readonly #source: KeySource;
  readonly #parent: UnitOfWork | null;
  readonly #sessions = new Map<string, SessionChange>();
  readonly #identities = new Map<AccountId, StoredIdentity>();
  readonly #usedPreKeys = new Set<number>();
  readonly #usedKyberPreKeys = new Set<number>();
  readonly #kyberUses = new Map<string, KyberUse>();
  readonly #senderKeys = new Map<string, SenderKeyChange>();
  #readFailure: Error | null = null;

  constructor(source: KeySource, parent: UnitOfWork | null = null) {
    this.#source = source;
    this.#parent = parent;
  }

  /** A unit on top of this one; `join` keeps it, forgetting it drops it. */
  fork(): UnitOfWork {
    return new UnitOfWork(this, this);
  }

  join(): void {
    const parent = this.#parent;
    if (parent === null) throw new Error('only a forked unit of work can join');
    for (const [key, change] of this.#sessions) parent.#sessions.set(key, change);
    for (const [accountId, identity] of this.#identities) parent.#identities.set(accountId, identity);
    for (const keyId of this.#usedPreKeys) parent.#usedPreKeys.add(keyId);
    for (const keyId of this.#usedKyberPreKeys) parent.#usedKyberPreKeys.add(keyId);
    for (const [key, use] of this.#kyberUses) parent.#kyberUses.set(key, use);
    for (const [key, change] of this.#senderKeys) parent.#senderKeys.set(key, change);
  }

  /**
   * What went wrong when the store was read, or null. libsignal passes on an error of its stores as one of
   * its own: whoever sees an operation fail has to look here, whether it was the message or the disk.
   */
  get readFailure(): Error | null {
    return this.#readFailure ?? this.#parent?.readFailure ?? null;
  }

  #read<Found>(find: (source: KeySource) => Found): Found {
    try {
      return find(this.#source);
    } catch (error) {
      // A record that libsignal cannot parse was read all right.
      if (error instanceof Error && !(error instanceof LibSignalErrorBase)) this.#readFailure ??= error;
      throw error;
    }
  }

  session(address: DeviceAddress): SessionRecord | null {
    const change = this.#sessions.get(addressKey(address));
    return change === undefined ? this.#read((source) => source.session(address)) : change.record;
  }

  saveSession(address: DeviceAddress, record: SessionRecord): void {
    this.#sessions.set(addressKey(address), { address, record });
  }

  deleteSession(address: DeviceAddress): void {
    this.#sessions.set(addressKey(address), { address, record: null });
  }

  identity(accountId: AccountId): StoredIdentity | null {
    return this.#identities.get(accountId) ?? this.#read((source) => source.identity(accountId));
  }

  saveIdentity(accountId: AccountId, key: PublicKey, state: StoredIdentity['state']): void {
    this.#identities.set(accountId, { key, state });
  }

  preKey(keyId: number): PreKeyRecord | null {
    return this.#usedPreKeys.has(keyId) ? null : this.#read((source) => source.preKey(keyId));
  }

  usePreKey(keyId: number): void {
    this.#usedPreKeys.add(keyId);
  }

  signedPreKey(keyId: number): SignedPreKeyRecord | null {
    return this.#read((source) => source.signedPreKey(keyId));
  }

  kyberPreKey(keyId: number): StoredKyberPreKey | null {
    return this.#usedKyberPreKeys.has(keyId) ? null : this.#read((source) => source.kyberPreKey(keyId));
  }

  useOneTimeKyberPreKey(keyId: number): void {
    this.#usedKyberPreKeys.add(keyId);
  }

  hasKyberUse(use: KyberUse): boolean {
    return this.#kyberUses.has(kyberUseKey(use)) || this.#read((source) => source.hasKyberUse(use));
  }

  useLastResortKyberPreKey(use: KyberUse): void {
    this.#kyberUses.set(kyberUseKey(use), use);
  }

  senderKey(address: DeviceAddress, distributionId: string): SenderKeyRecord | null {
    const change = this.#senderKeys.get(`${addressKey(address)} ${distributionId}`);
    return change?.record ?? this.#read((source) => source.senderKey(address, distributionId));
  }

  saveSenderKey(change: SenderKeyChange): void {
    this.#senderKeys.set(`${addressKey(change.address)} ${change.distributionId}`, change);
  }

  /** Accounts whose key is not the one that was stored before. */
  changedIdentities(): readonly AccountId[] {
    return [...this.#identities]
      .filter(([, identity]) => identity.state === 'changed')
      .map(([accountId]) => accountId);
  }

  touchedIdentities(): Iterable<AccountId> {
    return this.#identities.keys();
  }

  /** Sessions that this unit touched, for whoever caches them. */
  sessionChanges(): Iterable<SessionChange> {
    return this.#sessions.values();
  }

  /** Call inside the transaction that also stores what these keys decrypted or encrypted. */
  store(keys: KeyRepository, senderKeys: SenderKeyRepository, nowMs: number): void {
    for (const { address, record } of this.#sessions.values()) {
      if (record === null) keys.deleteSession(address);
      else keys.saveSession(address, record);
    }
    for (const [accountId, identity] of this.#identities) {
      keys.saveIdentity(accountId, identity.key, identity.state, nowMs);
    }
    for (const keyId of this.#usedPreKeys) keys.deletePreKey(keyId);
    for (const keyId of this.#usedKyberPreKeys) keys.deleteKyberPreKey(keyId);
    for (const use of this.#kyberUses.values()) keys.saveKyberUse(use);
    for (const { address, distributionId, record } of this.#senderKeys.values()) {
      senderKeys.saveRecord(address, distributionId, record, nowMs);
    }
  }
}

function kyberUseKey(use: KyberUse): string {
  return `${String(use.keyId)}.${String(use.signedPreKeyId)}.${Buffer.from(use.baseKey).toString('base64')}`;
}

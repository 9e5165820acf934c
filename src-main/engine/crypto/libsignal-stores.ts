/**
 * libsignal's store classes over a unit of work, for one operation with one other device: whatever name
 * libsignal passes is that device's, so it need not be parsed for every call.
 */
import {
  IdentityChange,
  IdentityKeyStore,
  KyberPreKeyStore,
  PreKeyStore,
  SenderKeyStore,
  SessionStore,
  SignedPreKeyStore,
  Direction,
  type KyberPreKeyRecord,
  type PreKeyRecord,
  type PrivateKey,
  type ProtocolAddress,
  type PublicKey,
  type SenderKeyRecord,
  type SessionRecord,
  type SignedPreKeyRecord,
} from '@signalapp/libsignal-client';
import type { AccountId, DeviceAddress } from '../../../src-shared/ids.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** The keys of this device that libsignal asks for. */
export interface LocalIdentity {
  readonly accountId: AccountId;
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
  readonly registrationId: number;
}

export interface LibsignalStores {
  readonly sessions: SessionStore;
  readonly identities: IdentityKeyStore;
  readonly preKeys: PreKeyStore;
  readonly signedPreKeys: SignedPreKeyStore;
  readonly kyberPreKeys: KyberPreKeyStore;
}

export function libsignalStores(
  unit: UnitOfWork,
  local: LocalIdentity,
  remote: DeviceAddress,
): LibsignalStores {
  return {
    sessions: new Sessions(unit, remote),
    identities: new Identities(unit, local, remote),
    preKeys: new PreKeys(unit),
    signedPreKeys: new SignedPreKeys(unit),
    kyberPreKeys: new KyberPreKeys(unit),
  };
}

class Sessions extends SessionStore {
  readonly #unit: UnitOfWork;
  readonly #remote: DeviceAddress;
  constructor(unit: UnitOfWork, remote: DeviceAddress) {
    super();
    this.#unit = unit;
    this.#remote = remote;
  }
  saveSession(_name: ProtocolAddress, record: SessionRecord): Promise<void> {
    this.#unit.saveSession(this.#remote, record);
    return Promise.resolve();
  }
  getSession(): Promise<SessionRecord | null> {
    return Promise.resolve(this.#unit.session(this.#remote));
  }
  getExistingSessions(): Promise<SessionRecord[]> {
    return Promise.reject(new Error('only sealed sender to many asks for sessions in bulk'));
  }
}

class Identities extends IdentityKeyStore {
  readonly #unit: UnitOfWork;
  readonly #local: LocalIdentity;
  readonly #remoteId: AccountId;
  constructor(unit: UnitOfWork, local: LocalIdentity, remote: DeviceAddress) {
    super();
    this.#unit = unit;
    this.#local = local;
    this.#remoteId = remote.accountId;
  }
  getIdentityKey(): Promise<PrivateKey> {
    return Promise.resolve(this.#local.privateKey);
  }
  getLocalRegistrationId(): Promise<number> {
    return Promise.resolve(this.#local.registrationId);
  }
  saveIdentity(_name: ProtocolAddress, key: PublicKey): Promise<IdentityChange> {
    if (this.#isOwn) return Promise.resolve(IdentityChange.NewOrUnchanged);
    const known = this.#unit.identity(this.#remoteId);
    if (known?.key.equals(key) === true) return Promise.resolve(IdentityChange.NewOrUnchanged);
    this.#unit.saveIdentity(this.#remoteId, key, known === null ? 'unverified' : 'changed');
    return Promise.resolve(known === null ? IdentityChange.NewOrUnchanged : IdentityChange.ReplacedExisting);
  }
  /**
   * Incoming messages are read even when the key changed: the change is stored and shown, and stops
   * what goes out until a person has acknowledged it. Our own account never changes its key.
   */
  isTrustedIdentity(_name: ProtocolAddress, key: PublicKey, direction: Direction): Promise<boolean> {
    if (this.#isOwn) return Promise.resolve(key.equals(this.#local.publicKey));
    if (direction === Direction.Receiving) return Promise.resolve(true);
    const known = this.#unit.identity(this.#remoteId);
    return Promise.resolve(known === null || known.key.equals(key));
  }
  getIdentity(): Promise<PublicKey | null> {
    if (this.#isOwn) return Promise.resolve(this.#local.publicKey);
    return Promise.resolve(this.#unit.identity(this.#remoteId)?.key ?? null);
  }

  get #isOwn(): boolean {
    return this.#remoteId === this.#local.accountId;
  }
}

class PreKeys extends PreKeyStore {
  readonly #unit: UnitOfWork;
  constructor(unit: UnitOfWork) {
    super();
    this.#unit = unit;
  }
  savePreKey(): Promise<void> {
    return Promise.reject(new Error('prekeys are made outside of sessions'));
  }
  getPreKey(keyId: number): Promise<PreKeyRecord> {
    const record = this.#unit.preKey(keyId);
    if (record === null) return Promise.reject(new Error(`no one-time prekey ${String(keyId)}`));
    return Promise.resolve(record);
  }
  removePreKey(keyId: number): Promise<void> {
    this.#unit.usePreKey(keyId);
    return Promise.resolve();
  }
}

class SignedPreKeys extends SignedPreKeyStore {
  readonly #unit: UnitOfWork;
  constructor(unit: UnitOfWork) {
    super();
    this.#unit = unit;
  }
  saveSignedPreKey(): Promise<void> {
    return Promise.reject(new Error('signed prekeys are made outside of sessions'));
  }
  getSignedPreKey(keyId: number): Promise<SignedPreKeyRecord> {
    const record = this.#unit.signedPreKey(keyId);
    if (record === null) return Promise.reject(new Error(`no signed prekey ${String(keyId)}`));
    return Promise.resolve(record);
  }
}

class KyberPreKeys extends KyberPreKeyStore {
  readonly #unit: UnitOfWork;
  constructor(unit: UnitOfWork) {
    super();
    this.#unit = unit;
  }
  saveKyberPreKey(): Promise<void> {
    return Promise.reject(new Error('Kyber prekeys are made outside of sessions'));
  }
  getKyberPreKey(keyId: number): Promise<KyberPreKeyRecord> {
    const stored = this.#unit.kyberPreKey(keyId);
    if (stored === null) return Promise.reject(new Error(`no Kyber prekey ${String(keyId)}`));
    return Promise.resolve(stored.record);
  }
  /** A last-resort key stays; the same first message must not start a session with it twice. */
  markKyberPreKeyUsed(keyId: number, signedPreKeyId: number, baseKey: PublicKey): Promise<void> {
    if (this.#unit.kyberPreKey(keyId)?.isLastResort !== true) {
      this.#unit.useOneTimeKyberPreKey(keyId);
      return Promise.resolve();
    }
    const use = { keyId, signedPreKeyId, baseKey: baseKey.serialize() };
    if (this.#unit.hasKyberUse(use)) return Promise.reject(new Error('this first message was used before'));
    this.#unit.useLastResortKyberPreKey(use);
    return Promise.resolve();
  }
}

/** Sender keys of one device, whatever name libsignal passes. */
export class SenderKeys extends SenderKeyStore {
  readonly #unit: UnitOfWork;
  readonly #sender: DeviceAddress;
  constructor(unit: UnitOfWork, sender: DeviceAddress) {
    super();
    this.#unit = unit;
    this.#sender = sender;
  }
  saveSenderKey(_sender: ProtocolAddress, distributionId: string, record: SenderKeyRecord): Promise<void> {
    this.#unit.saveSenderKey({ address: this.#sender, distributionId, record });
    return Promise.resolve();
  }
  getSenderKey(_sender: ProtocolAddress, distributionId: string): Promise<SenderKeyRecord | null> {
    return Promise.resolve(this.#unit.senderKey(this.#sender, distributionId));
  }
}

/** libsignal's stores in maps: the least that reading a message can cost. */
import * as signal from '@signalapp/libsignal-client';

const key = (address: signal.ProtocolAddress): string => `${address.name()}.${String(address.deviceId())}`;

export class MemorySessions extends signal.SessionStore {
  readonly #records = new Map<string, Uint8Array<ArrayBuffer>>();
  saveSession(name: signal.ProtocolAddress, record: signal.SessionRecord): Promise<void> {
    this.#records.set(key(name), record.serialize());
    return Promise.resolve();
  }
  getSession(name: signal.ProtocolAddress): Promise<signal.SessionRecord | null> {
    const bytes = this.#records.get(key(name));
    return Promise.resolve(bytes === undefined ? null : signal.SessionRecord.deserialize(bytes));
  }
  getExistingSessions(): Promise<signal.SessionRecord[]> {
    return Promise.reject(new Error('not used here'));
  }
}

export class MemoryIdentities extends signal.IdentityKeyStore {
  readonly #privateKey: signal.PrivateKey;
  readonly #registrationId: number;
  readonly #keys = new Map<string, signal.PublicKey>();
  constructor(privateKey: signal.PrivateKey, registrationId: number) {
    super();
    this.#privateKey = privateKey;
    this.#registrationId = registrationId;
  }
  getIdentityKey(): Promise<signal.PrivateKey> {
    return Promise.resolve(this.#privateKey);
  }
  getLocalRegistrationId(): Promise<number> {
    return Promise.resolve(this.#registrationId);
  }
  saveIdentity(name: signal.ProtocolAddress, publicKey: signal.PublicKey): Promise<signal.IdentityChange> {
    this.#keys.set(key(name), publicKey);
    return Promise.resolve(signal.IdentityChange.NewOrUnchanged);
  }
  isTrustedIdentity(): Promise<boolean> {
    return Promise.resolve(true);
  }
  getIdentity(name: signal.ProtocolAddress): Promise<signal.PublicKey | null> {
    return Promise.resolve(this.#keys.get(key(name)) ?? null);
  }
}

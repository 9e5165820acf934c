import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';

export interface OneTimeKey {
  readonly keyId: number;
  readonly publicKey: Uint8Array;
}

export interface SignedKey extends OneTimeKey {
  readonly signature: Uint8Array;
}

/** A checked upload. Signed keys replace the former ones where present. */
export interface PreKeyUpload {
  readonly signedPreKey?: SignedKey;
  readonly lastResortKyberPreKey?: SignedKey;
  readonly oneTimePreKeys: readonly OneTimeKey[];
  readonly oneTimeKyberPreKeys: readonly SignedKey[];
  /** `replace` drops the one-time keys stored before. */
  readonly oneTimeKeys: 'add' | 'replace';
}

/** One-time keys that wait at the relay. */
export interface PreKeyCounts {
  readonly oneTimePreKeys: number;
  readonly oneTimeKyberPreKeys: number;
}

/** What starts a session with one device. */
export interface PreKeyBundle {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly signedPreKey: SignedKey;
  /** Absent when the one-time keys ran out. */
  readonly oneTimePreKey?: OneTimeKey;
  /** A one-time key, or the last-resort key when those ran out. */
  readonly kyberPreKey: SignedKey;
}

/** What a driver has to keep about prekeys. Every method is atomic and durable when its promise resolves. */
export interface PreKeyStore {
  /**
   * Stores an upload for an existing device. A one-time key that was handed out within the last days is
   * not taken back, whatever its id: a repeated upload must not make the relay hand it out twice. Keys
   * beyond `maxStored` of a kind are left out. Returns the counts after the upload.
   */
  upload(address: DeviceAddress, upload: PreKeyUpload, maxStored: number): Promise<PreKeyCounts>;
  /**
   * Takes one bundle for each of the devices; a device that does not exist is left out. No two calls
   * ever return the same one-time key.
   */
  take(accountId: AccountId, deviceIds: readonly DeviceId[], nowMs: number): Promise<readonly PreKeyBundle[]>;
  counts(address: DeviceAddress): Promise<PreKeyCounts>;
}

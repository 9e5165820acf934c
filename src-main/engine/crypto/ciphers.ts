/**
 * Pairwise encryption for one device: bytes in, bytes out, all state in a unit of work. Callers hold the
 * crypto lane, because two operations on one session must not interleave.
 */
import {
  Aci,
  CiphertextMessageType,
  DecryptionErrorMessage,
  ErrorCode,
  groupDecrypt,
  groupEncrypt,
  KEMPublicKey,
  LibSignalErrorBase,
  PlaintextContent,
  PreKeyBundle,
  PreKeySignalMessage,
  processPreKeyBundle,
  processSenderKeyDistributionMessage,
  ProtocolAddress,
  PublicKey,
  SenderKeyDistributionMessage,
  SenderKeyMessage,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
  SignalMessage,
} from '@signalapp/libsignal-client';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import type { Blob } from '../store/database.ts';
import { libsignalStores, SenderKeys, type LocalIdentity } from './libsignal-stores.ts';
import type { UnitOfWork } from './unit-of-work.ts';

export interface LocalDevice extends LocalIdentity {
  readonly address: DeviceAddress;
}

export interface Ciphertext {
  readonly type: relay.CiphertextType;
  readonly bytes: Blob;
}

export type DecryptFailure =
  /** Read before: nothing to do. */
  | 'duplicate'
  | 'no-session'
  /** Of a room's message: its sender key never came. */
  | 'no-sender-key'
  /** The prekeys it was encrypted for are gone. */
  | 'no-pre-key'
  | 'undecryptable'
  | 'malformed';

export type Decrypted =
  | { readonly ok: true; readonly plaintext: Uint8Array }
  | { readonly ok: false; readonly failure: DecryptFailure };

/** libsignal tells the type as a bare number. */
const PRE_KEY_MESSAGE: number = CiphertextMessageType.PreKey;

function protocolAddress(address: DeviceAddress): ProtocolAddress {
  return ProtocolAddress.new(Aci.fromUuid(address.accountId), address.deviceId);
}

export class SessionCiphers {
  readonly #local: LocalDevice;
  readonly #localAddress: ProtocolAddress;
  /** Made once an address; a native object each. */
  readonly #addresses = new Map<string, ProtocolAddress>();

  constructor(local: LocalDevice) {
    this.#local = local;
    this.#localAddress = protocolAddress(local.address);
  }

  /** Needs a session. */
  async encrypt(unit: UnitOfWork, to: DeviceAddress, plaintext: Blob, now: Date): Promise<Ciphertext> {
    const stores = libsignalStores(unit, this.#local, to);
    const message = await signalEncrypt(
      plaintext,
      this.#address(to),
      this.#localAddress,
      stores.sessions,
      stores.identities,
      now,
    );
    return {
      type: message.type() === PRE_KEY_MESSAGE ? relay.CiphertextType.PRE_KEY : relay.CiphertextType.WHISPER,
      bytes: message.serialize(),
    };
  }

  /**
   * Says why a ciphertext cannot be read. Throws when the store could not be read: that says nothing about
   * the ciphertext, which may well be readable later.
   */
  async decrypt(unit: UnitOfWork, from: DeviceAddress, ciphertext: Ciphertext): Promise<Decrypted> {
    const stores = libsignalStores(unit, this.#local, from);
    const address = this.#address(from);
    try {
      if (ciphertext.type === relay.CiphertextType.PRE_KEY) {
        const message = PreKeySignalMessage.deserialize(ciphertext.bytes);
        const missing = missingPreKey(unit, message);
        const plaintext = await signalDecryptPreKey(
          message,
          address,
          this.#localAddress,
          stores.sessions,
          stores.identities,
          stores.preKeys,
          stores.signedPreKeys,
          stores.kyberPreKeys,
        ).catch((error: unknown) => {
          // A message read before is just that: its prekeys went when it was first read.
          throw missing && !isDuplicate(error) ? new MissingPreKey(error) : error;
        });
        return { ok: true, plaintext };
      }
      // libsignal reports a missing session and a bad message alike, so the session is looked for first.
      if (unit.session(from) === null) return { ok: false, failure: 'no-session' };
      const plaintext = await signalDecrypt(
        SignalMessage.deserialize(ciphertext.bytes),
        address,
        this.#localAddress,
        stores.sessions,
        stores.identities,
      );
      return { ok: true, plaintext };
    } catch (error) {
      if (unit.readFailure !== null) throw unit.readFailure;
      return { ok: false, failure: decryptFailure(error) };
    }
  }

  /** Starts a session from a fetched bundle. Throws `UntrustedIdentity` when the key is not the known one. */
  async startSession(unit: UnitOfWork, to: DeviceAddress, bundle: DeviceBundle, now: Date): Promise<void> {
    const stores = libsignalStores(unit, this.#local, to);
    await processPreKeyBundle(
      preKeyBundle(to, bundle),
      this.#address(to),
      this.#localAddress,
      stores.sessions,
      stores.identities,
      now,
    );
  }

  /** What others need to read what this device writes with the key from now on; makes the key if need be. */
  async distribution(unit: UnitOfWork, distributionId: string): Promise<Blob> {
    const store = new SenderKeys(unit, this.#local.address);
    return (await SenderKeyDistributionMessage.create(this.#localAddress, distributionId, store)).serialize();
  }

  /** Once for everybody in a room. Needs a key made by `distribution`. */
  async encryptForRoom(unit: UnitOfWork, distributionId: string, plaintext: Blob): Promise<Blob> {
    const store = new SenderKeys(unit, this.#local.address);
    return (await groupEncrypt(this.#localAddress, distributionId, store, plaintext)).serialize();
  }

  /** Takes in another device's sender key. Throws for what is none. */
  async acceptDistribution(unit: UnitOfWork, from: DeviceAddress, distribution: Uint8Array): Promise<void> {
    await processSenderKeyDistributionMessage(
      this.#address(from),
      SenderKeyDistributionMessage.deserialize(new Uint8Array(distribution)),
      new SenderKeys(unit, from),
    );
  }

  /** As `decrypt`, for what was written with a sender key. */
  async decryptFromRoom(unit: UnitOfWork, from: DeviceAddress, ciphertext: Blob): Promise<Decrypted> {
    try {
      const distributionId = SenderKeyMessage.deserialize(ciphertext).distributionId();
      if (unit.senderKey(from, distributionId) === null) return { ok: false, failure: 'no-sender-key' };
      const store = new SenderKeys(unit, from);
      return { ok: true, plaintext: await groupDecrypt(this.#address(from), store, ciphertext) };
    } catch (error) {
      if (unit.readFailure !== null) throw unit.readFailure;
      return { ok: false, failure: decryptFailure(error) };
    }
  }

  #address(address: DeviceAddress): ProtocolAddress {
    const key = `${address.accountId}.${String(address.deviceId)}`;
    let known = this.#addresses.get(key);
    if (known === undefined) {
      known = protocolAddress(address);
      this.#addresses.set(key, known);
    }
    return known;
  }
}

/** A device's keys as the relay handed them out, with the account's identity key. */
export interface DeviceBundle {
  readonly identityKey: PublicKey;
  readonly device: relay.DevicePreKeyBundle;
}

function preKeyBundle(to: DeviceAddress, { identityKey, device }: DeviceBundle): PreKeyBundle {
  const { signedPreKey, kyberPreKey, oneTimePreKey } = device;
  if (signedPreKey === undefined || kyberPreKey === undefined)
    throw new RangeError('the prekey bundle is incomplete');
  return PreKeyBundle.new(
    device.registrationId,
    to.deviceId,
    oneTimePreKey === undefined ? null : oneTimePreKey.keyId,
    oneTimePreKey === undefined ? null : PublicKey.deserialize(new Uint8Array(oneTimePreKey.publicKey)),
    signedPreKey.keyId,
    PublicKey.deserialize(new Uint8Array(signedPreKey.publicKey)),
    new Uint8Array(signedPreKey.signature),
    identityKey,
    kyberPreKey.keyId,
    KEMPublicKey.deserialize(new Uint8Array(kyberPreKey.publicKey)),
    new Uint8Array(kyberPreKey.signature),
  );
}

class MissingPreKey extends Error {
  constructor(cause: unknown) {
    super('a prekey of this message is gone', { cause });
  }
}

function missingPreKey(unit: UnitOfWork, message: PreKeySignalMessage): boolean {
  const preKeyId = message.preKeyId();
  return (
    (preKeyId !== null && unit.preKey(preKeyId) === null) ||
    unit.signedPreKey(message.signedPreKeyId()) === null
  );
}

function isDuplicate(error: unknown): boolean {
  return error instanceof LibSignalErrorBase && error.code === ErrorCode.DuplicatedMessage;
}

function decryptFailure(error: unknown): DecryptFailure {
  if (error instanceof MissingPreKey) return 'no-pre-key';
  if (isDuplicate(error)) return 'duplicate';
  if (error instanceof LibSignalErrorBase && error.code === ErrorCode.VerificationFailed) return 'malformed';
  return 'undecryptable';
}

const LIBSIGNAL_TYPES: Partial<Record<relay.CiphertextType, CiphertextMessageType>> = {
  [relay.CiphertextType.PRE_KEY]: CiphertextMessageType.PreKey,
  [relay.CiphertextType.SENDER_KEY]: CiphertextMessageType.SenderKey,
};

/**
 * Asks the sender of an unreadable ciphertext to send it again. Null when the ciphertext is so broken
 * that libsignal cannot even name the ratchet key it was made with.
 */
export function retryRequestFor(original: Ciphertext, sentAtMs: number, senderDeviceId: number): Blob | null {
  try {
    const type = LIBSIGNAL_TYPES[original.type] ?? CiphertextMessageType.Whisper;
    const message = DecryptionErrorMessage.forOriginal(original.bytes, type, sentAtMs, senderDeviceId);
    return PlaintextContent.from(message).serialize();
  } catch {
    return null;
  }
}

/** The ratchet key that failed on the other side, from the retry request it sent. Throws when malformed. */
export function failedRatchetKey(plaintextContent: Blob): PublicKey | undefined {
  const content = PlaintextContent.deserialize(plaintextContent);
  return DecryptionErrorMessage.extractFromSerializedBody(content.body()).ratchetKey();
}

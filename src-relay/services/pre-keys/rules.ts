/** What makes an upload of prekeys acceptable. */
import { KEMPublicKey, PublicKey } from '@signalapp/libsignal-client';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { RelayLimits } from '../../limits.ts';
import { ErrorCode, Refusal } from '../refusal.ts';
import type { OneTimeKey, PreKeyUpload, SignedKey } from './storage.ts';

/** Curve25519 key with its type byte. */
const EC_KEY_BYTES = 33;
/** Kyber-1024 key with its type byte. */
const KYBER_KEY_BYTES = 1569;
const SIGNATURE_BYTES = 64;

function invalid(what: string): Refusal {
  return new Refusal(ErrorCode.PRE_KEYS_INVALID, what);
}

/**
 * Checks shape and number of an upload. `needed` says whether the signed keys must be there, as for a
 * registration. Throws `PRE_KEYS_INVALID`.
 */
export function parseUpload(
  message: relay.UploadPreKeys,
  needed: 'signed-keys-required' | 'signed-keys-optional',
  limits: Pick<RelayLimits, 'preKeysPerUpload'>,
): PreKeyUpload {
  const { signedPreKey, lastResortKyberPreKey } = message;
  if (
    needed === 'signed-keys-required' &&
    (signedPreKey === undefined || lastResortKyberPreKey === undefined)
  ) {
    throw invalid('A registration needs a signed prekey and a last-resort Kyber prekey.');
  }
  const most = limits.preKeysPerUpload;
  if (message.oneTimePreKeys.length > most || message.oneTimeKyberPreKeys.length > most) {
    throw invalid(`An upload holds at most ${String(most)} one-time prekeys of a kind.`);
  }
  const upload: PreKeyUpload = {
    ...(signedPreKey === undefined ? {} : { signedPreKey: signedKey(signedPreKey, EC_KEY_BYTES) }),
    ...(lastResortKyberPreKey === undefined
      ? {}
      : { lastResortKyberPreKey: signedKey(lastResortKyberPreKey, KYBER_KEY_BYTES) }),
    oneTimePreKeys: message.oneTimePreKeys.map((key) => oneTimeKey(key, EC_KEY_BYTES)),
    oneTimeKyberPreKeys: message.oneTimeKyberPreKeys.map((key) => signedKey(key, KYBER_KEY_BYTES)),
    oneTimeKeys: message.replaceOneTimeKeys ? 'replace' : 'add',
  };
  requireDistinctIds(upload.oneTimePreKeys);
  requireDistinctIds(upload.oneTimeKyberPreKeys);
  return upload;
}

function oneTimeKey(key: OneTimeKey, keyBytes: number): OneTimeKey {
  if (key.publicKey.length !== keyBytes) {
    throw invalid(`A prekey is ${String(key.publicKey.length)} bytes instead of ${String(keyBytes)}.`);
  }
  return { keyId: key.keyId, publicKey: key.publicKey };
}

function signedKey(key: SignedKey, keyBytes: number): SignedKey {
  if (key.signature.length !== SIGNATURE_BYTES) {
    throw invalid(`A prekey signature is ${String(key.signature.length)} bytes instead of 64.`);
  }
  return { ...oneTimeKey(key, keyBytes), signature: key.signature };
}

function requireDistinctIds(keys: readonly OneTimeKey[]): void {
  if (new Set(keys.map((key) => key.keyId)).size !== keys.length) {
    throw invalid('Two one-time prekeys of one upload have the same id.');
  }
}

/**
 * Checks that every key is a point of its curve or lattice and that the identity key signed what has to
 * be signed. About 60 µs a signature. Throws `PRE_KEYS_INVALID`.
 */
export function verifyUpload(upload: PreKeyUpload, identityKey: PublicKey): void {
  if (upload.signedPreKey !== undefined) {
    requireCurvePoint(upload.signedPreKey);
    requireSignature(upload.signedPreKey, identityKey);
  }
  for (const key of upload.oneTimePreKeys) requireCurvePoint(key);
  const kyberKeys = upload.lastResortKyberPreKey === undefined ? [] : [upload.lastResortKyberPreKey];
  for (const key of [...kyberKeys, ...upload.oneTimeKyberPreKeys]) {
    requireKyberKey(key);
    requireSignature(key, identityKey);
  }
}

function requireCurvePoint(key: OneTimeKey): void {
  try {
    PublicKey.deserialize(new Uint8Array(key.publicKey));
  } catch {
    throw invalid(`Prekey ${String(key.keyId)} is not a Curve25519 public key.`);
  }
}

function requireKyberKey(key: OneTimeKey): void {
  try {
    KEMPublicKey.deserialize(new Uint8Array(key.publicKey));
  } catch {
    throw invalid(`Prekey ${String(key.keyId)} is not a Kyber public key.`);
  }
}

function requireSignature(key: SignedKey, identityKey: PublicKey): void {
  if (!identityKey.verify(new Uint8Array(key.publicKey), new Uint8Array(key.signature))) {
    throw invalid(`The identity key did not sign prekey ${String(key.keyId)}.`);
  }
}

/** Making prekeys and offering them to the relay. */
import {
  KEMKeyPair,
  KyberPreKeyRecord,
  PreKeyRecord,
  PrivateKey,
  SignedPreKeyRecord,
} from '@signalapp/libsignal-client';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { KeyRepository } from './key-repository.ts';

/** One-time keys of each kind made at once; DESIGN §5. */
export const PRE_KEY_BATCH = 100;
/** Below this many at the relay, a new batch is made. */
export const PRE_KEY_LOW_WATER = 20;
/** Signed and last-resort keys are replaced this often … */
export const KEY_ROTATION_MS = 48 * 60 * 60 * 1000;
/** … and the replaced ones still open late first messages for this long. */
export const REPLACED_KEY_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/** Makes and stores a new signed key and a new last-resort key; call inside a transaction. */
export function rotatePreKeys(keys: KeyRepository, identity: PrivateKey, nowMs: number): void {
  const pair = PrivateKey.generate();
  const publicKey = pair.getPublicKey();
  const signature = identity.sign(publicKey.serialize());
  keys.saveSignedPreKey(
    SignedPreKeyRecord.new(keys.allocateIds('signed-pre-key', 1), nowMs, publicKey, pair, signature),
  );
  keys.saveKyberPreKey(kyberPreKey(keys.allocateIds('kyber-pre-key', 1), identity, nowMs), 'last-resort');
}

export interface OneTimeKeys {
  readonly preKeys: readonly PreKeyRecord[];
  readonly kyberPreKeys: readonly KyberPreKeyRecord[];
}

/** Makes and stores one-time keys; call inside a transaction. */
export function makeOneTimeKeys(
  keys: KeyRepository,
  identity: PrivateKey,
  counts: { readonly preKeys: number; readonly kyberPreKeys: number },
  nowMs: number,
): OneTimeKeys {
  const firstPreKey = keys.allocateIds('pre-key', counts.preKeys);
  const firstKyberPreKey = keys.allocateIds('kyber-pre-key', counts.kyberPreKeys);
  const preKeys = Array.from({ length: counts.preKeys }, (_, i) => {
    const pair = PrivateKey.generate();
    return PreKeyRecord.new(firstPreKey + i, pair.getPublicKey(), pair);
  });
  const kyberPreKeys = Array.from({ length: counts.kyberPreKeys }, (_, i) =>
    kyberPreKey(firstKyberPreKey + i, identity, nowMs),
  );
  for (const record of preKeys) keys.savePreKey(record);
  for (const record of kyberPreKeys) keys.saveKyberPreKey(record, 'one-time');
  return { preKeys, kyberPreKeys };
}

/**
 * What the relay is told: the newest signed keys and these one-time keys. `replace` makes it forget the
 * one-time keys it has, for when it may hand out keys that are gone here.
 */
export function preKeyUpload(
  keys: KeyRepository,
  oneTime: OneTimeKeys,
  mode: 'add' | 'replace',
): relay.UploadPreKeys {
  const signed = keys.newestSignedPreKey();
  const lastResort = keys.newestLastResortKyberPreKey();
  if (signed === null || lastResort === null) throw new Error('the signed prekeys are missing');
  return create(relay.UploadPreKeysSchema, {
    signedPreKey: {
      keyId: signed.id(),
      publicKey: signed.publicKey().serialize(),
      signature: signed.signature(),
    },
    lastResortKyberPreKey: kyberOnWire(lastResort),
    oneTimePreKeys: oneTime.preKeys.map((record) => ({
      keyId: record.id(),
      publicKey: record.publicKey().serialize(),
    })),
    oneTimeKyberPreKeys: oneTime.kyberPreKeys.map(kyberOnWire),
    replaceOneTimeKeys: mode === 'replace',
  });
}

function kyberOnWire(record: KyberPreKeyRecord): MessageInitShape<typeof relay.SignedPreKeySchema> {
  return { keyId: record.id(), publicKey: record.publicKey().serialize(), signature: record.signature() };
}

function kyberPreKey(keyId: number, identity: PrivateKey, nowMs: number): KyberPreKeyRecord {
  const pair = KEMKeyPair.generate();
  return KyberPreKeyRecord.new(keyId, nowMs, pair, identity.sign(pair.getPublicKey().serialize()));
}

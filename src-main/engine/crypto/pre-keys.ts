/** Making prekeys and offering them to the relay. */
import {
  KEMKeyPair,
  KyberPreKeyRecord,
  PreKeyRecord,
  PrivateKey,
  SignedPreKeyRecord,
} from '@signalapp/libsignal-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { KeyRepository } from './key-repository.ts';

/** One-time keys of each kind made at once; DESIGN §5. */
export const PRE_KEY_BATCH = 100;
/** Of each kind: several times what a relay holds, so that a relay that is never content does not fill the disk. */
const MAX_KEPT_ONE_TIME_KEYS = 1_000;
/** Pairs of keys between two turns of the event loop: some milliseconds. */
const KEYS_PER_STEP = 5;
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

export interface OneTimeKeyCounts {
  readonly preKeys: number;
  readonly kyberPreKeys: number;
}

export interface OneTimeKeys {
  readonly preKeys: readonly PreKeyRecord[];
  readonly kyberPreKeys: readonly KyberPreKeyRecord[];
}

export interface OneTimeKeyIds {
  readonly firstPreKey: number;
  readonly firstKyberPreKey: number;
}

/** Call inside a transaction, before the keys are made. */
export function allocateOneTimeKeyIds(keys: KeyRepository, counts: OneTimeKeyCounts): OneTimeKeyIds {
  const ids = {
    firstPreKey: keys.allocateIds('pre-key', counts.preKeys),
    firstKyberPreKey: keys.allocateIds('kyber-pre-key', counts.kyberPreKeys),
  };
  keys.deleteOneTimeKeysBefore(
    ids.firstPreKey + counts.preKeys - MAX_KEPT_ONE_TIME_KEYS,
    ids.firstKyberPreKey + counts.kyberPreKeys - MAX_KEPT_ONE_TIME_KEYS,
  );
  return ids;
}

/** Makes one-time keys, a few at a time: a hundred at once would hold everybody up for a tenth of a second. */
export async function makeOneTimeKeys(
  identity: PrivateKey,
  ids: OneTimeKeyIds,
  counts: OneTimeKeyCounts,
  nowMs: number,
): Promise<OneTimeKeys> {
  const preKeys: PreKeyRecord[] = [];
  const kyberPreKeys: KyberPreKeyRecord[] = [];
  for (let i = 0; i < Math.max(counts.preKeys, counts.kyberPreKeys); i++) {
    if (i % KEYS_PER_STEP === 0) await nextTurn();
    if (i < counts.preKeys) {
      const pair = PrivateKey.generate();
      preKeys.push(PreKeyRecord.new(ids.firstPreKey + i, pair.getPublicKey(), pair));
    }
    if (i < counts.kyberPreKeys) kyberPreKeys.push(kyberPreKey(ids.firstKyberPreKey + i, identity, nowMs));
  }
  return { preKeys, kyberPreKeys };
}

/** Call inside a transaction. */
export function storeOneTimeKeys(keys: KeyRepository, oneTime: OneTimeKeys): void {
  for (const record of oneTime.preKeys) keys.savePreKey(record);
  for (const record of oneTime.kyberPreKeys) keys.saveKyberPreKey(record, 'one-time');
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

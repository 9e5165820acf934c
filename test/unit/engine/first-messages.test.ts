/** The same first message starts a session once, also with keys that stay. */
import { PrivateKey } from '@signalapp/libsignal-client';
import { create } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { SessionCiphers, type LocalDevice } from '../../../src-main/engine/crypto/ciphers.ts';
import { preKeyUpload, rotatePreKeys } from '../../../src-main/engine/crypto/pre-keys.ts';
import { SessionCache } from '../../../src-main/engine/crypto/session-cache.ts';
import { UnitOfWork } from '../../../src-main/engine/crypto/unit-of-work.ts';
import { FIRST_DEVICE } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { newAccountId, openStore } from '../../support/engine/stores.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const NOW = new Date(Date.UTC(2026, 0, 1));

function device() {
  const { database, store } = openStore(cleanup);
  const privateKey = PrivateKey.generate();
  const accountId = newAccountId();
  const local: LocalDevice = {
    accountId,
    address: { accountId, deviceId: FIRST_DEVICE },
    privateKey,
    publicKey: privateKey.getPublicKey(),
    registrationId: 4711,
  };
  const unit = (): UnitOfWork => new UnitOfWork(new SessionCache(store.keys, store.senderKeys));
  return {
    local,
    keys: store.keys,
    ciphers: new SessionCiphers(local),
    unit,
    commit: (work: UnitOfWork) => {
      database.transaction(() => {
        work.store(store.keys, store.senderKeys, NOW.getTime());
      });
    },
    forgetSessions: () => database.write.exec('DELETE FROM sessions'),
  };
}

/** Bob has no one-time keys left: his bundle holds the last-resort key. */
async function firstMessage() {
  const [alice, bob] = [device(), device()];
  rotatePreKeys(bob.keys, bob.local.privateKey, NOW.getTime());
  const upload = preKeyUpload(bob.keys, { preKeys: [], kyberPreKeys: [] }, 'add');
  const bundle = {
    identityKey: bob.local.publicKey,
    device: create(relay.DevicePreKeyBundleSchema, {
      deviceId: 1,
      registrationId: bob.local.registrationId,
      ...(upload.signedPreKey === undefined ? {} : { signedPreKey: upload.signedPreKey }),
      ...(upload.lastResortKyberPreKey === undefined ? {} : { kyberPreKey: upload.lastResortKyberPreKey }),
    }),
  };
  const unit = alice.unit();
  await alice.ciphers.startSession(unit, bob.local.address, bundle, NOW);
  const ciphertext = await alice.ciphers.encrypt(unit, bob.local.address, new Uint8Array([1, 2, 3]), NOW);
  return { alice, bob, ciphertext };
}

describe('a first message to a last-resort key', () => {
  it('is read once; the key stays for others', async () => {
    const { alice, bob, ciphertext } = await firstMessage();
    const unit = bob.unit();
    expect(await bob.ciphers.decrypt(unit, alice.local.address, ciphertext)).toMatchObject({ ok: true });
    bob.commit(unit);
    expect(bob.keys.newestLastResortKyberPreKey()).not.toBeNull();
    expect(await bob.ciphers.decrypt(bob.unit(), alice.local.address, ciphertext)).toEqual({
      ok: false,
      failure: 'duplicate',
    });
  });

  it('is refused when it is replayed after its session is gone', async () => {
    const { alice, bob, ciphertext } = await firstMessage();
    const unit = bob.unit();
    await bob.ciphers.decrypt(unit, alice.local.address, ciphertext);
    bob.commit(unit);
    bob.forgetSessions();
    expect(await bob.ciphers.decrypt(bob.unit(), alice.local.address, ciphertext)).toMatchObject({
      ok: false,
    });
  });

  it('is refused when it is replayed within one batch', async () => {
    const { alice, bob, ciphertext } = await firstMessage();
    const batch = bob.unit();
    await bob.ciphers.decrypt(batch, alice.local.address, ciphertext);
    batch.deleteSession(alice.local.address);
    expect(await bob.ciphers.decrypt(batch.fork(), alice.local.address, ciphertext)).toMatchObject({
      ok: false,
    });
  });

  it('leaves no trace when it was not committed', async () => {
    const { alice, bob, ciphertext } = await firstMessage();
    await bob.ciphers.decrypt(bob.unit(), alice.local.address, ciphertext);
    const again = await bob.ciphers.decrypt(bob.unit(), alice.local.address, ciphertext);
    expect(again).toMatchObject({ ok: true });
  });
});

describe('ids of keys', () => {
  it('are handed out once, also after a key is gone and the store was opened again', () => {
    const first = openStore(cleanup);
    const one = first.store.keys.allocateIds('pre-key', 100);
    const two = first.store.keys.allocateIds('pre-key', 1);
    expect(first.store.keys.allocateIds('kyber-pre-key', 5)).toBe(1);
    first.database.close();
    const second = openStore(cleanup, first);
    expect([one, two, second.store.keys.allocateIds('pre-key', 7)]).toEqual([1, 101, 102]);
  });
});

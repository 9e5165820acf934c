import { KEMPublicKey, PublicKey } from '@signalapp/libsignal-client';
import { v4 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { idToBytes, parseDeviceId, parseId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { makeDevice, makePreKeys, registerDevice, type TestDevice } from '../../support/relay/devices.ts';
import type { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const { ErrorCode } = relay;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

function fetchBundles(
  client: RawClient,
  target: TestDevice,
  deviceIds: number[] = [],
): Promise<relay.PreKeyBundles> {
  const value = { accountId: idToBytes(target.accountId), deviceIds };
  return client.request({ case: 'fetchPreKeys', value }, 'preKeyBundles');
}

describe('FetchPreKeys', () => {
  it('hands out verifiable bundles: one-time keys first, then the last-resort key', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const client = await registerDevice(url, alice);
    await registerDevice(url, bob, makePreKeys(bob.identity, { curve: 1, kyber: 1 }));
    const first = (await fetchBundles(client, bob)).devices[0];
    expect(first?.oneTimePreKey?.keyId).toBe(1);
    expect(first?.kyberPreKey?.keyId).toBe(1);
    const second = (await fetchBundles(client, bob)).devices[0];
    expect(second?.oneTimePreKey).toBeUndefined();
    expect(second?.kyberPreKey?.keyId).toBe(9999);
    for (const key of [second?.signedPreKey, first?.kyberPreKey, second?.kyberPreKey]) {
      if (key === undefined) throw new Error('a bundle has a signed and a Kyber prekey');
      expect(
        bob.identity.publicKey.verify(new Uint8Array(key.publicKey), new Uint8Array(key.signature)),
      ).toBe(true);
    }
    PublicKey.deserialize(new Uint8Array(first?.oneTimePreKey?.publicKey ?? []));
    KEMPublicKey.deserialize(new Uint8Array(first?.kyberPreKey?.publicKey ?? []));
    expect(first?.registrationId).toBe(bob.registrationId);
  });

  it('means all devices without a list, the named ones with it, and never the requesting one by itself', async () => {
    const { url } = await cleanup.relay();
    const alice = makeDevice();
    const tablet = makeDevice({ ...alice, deviceId: parseDeviceId(2) });
    const bob = makeDevice();
    const client = await registerDevice(url, alice);
    await registerDevice(url, tablet);
    const bobClient = await registerDevice(url, bob);
    const ids = async (fetched: Promise<relay.PreKeyBundles>): Promise<number[]> =>
      (await fetched).devices.map((device) => device.deviceId);
    expect(await ids(fetchBundles(bobClient, alice))).toEqual([1, 2]);
    expect(await ids(fetchBundles(bobClient, alice, [2, 2, 9]))).toEqual([2]);
    expect(await ids(fetchBundles(client, alice))).toEqual([2]);
    expect(await ids(fetchBundles(bobClient, bob))).toEqual([]);
  });

  it('says when there is no such account or none of the devices', async () => {
    const { url } = await cleanup.relay();
    const bob = makeDevice();
    const client = await registerDevice(url, makeDevice());
    await registerDevice(url, bob);
    const unknown = { accountId: idToBytes(parseId(v4())), deviceIds: [] };
    expect((await client.refusal({ case: 'fetchPreKeys', value: unknown })).code).toBe(
      ErrorCode.ACCOUNT_UNKNOWN,
    );
    const noDevice = { accountId: idToBytes(bob.accountId), deviceIds: [3] };
    expect((await client.refusal({ case: 'fetchPreKeys', value: noDevice })).code).toBe(
      ErrorCode.DEVICE_UNKNOWN,
    );
  });

  it('is limited to six in ten minutes for each requester and target', async () => {
    const { url } = await cleanup.relay();
    const [bob, carol] = [makeDevice(), makeDevice()];
    const client = await registerDevice(url, makeDevice());
    const other = await registerDevice(url, makeDevice());
    for (const device of [bob, carol]) await registerDevice(url, device);
    for (let fetched = 0; fetched < 6; fetched += 1) await fetchBundles(client, bob);
    const value = { accountId: idToBytes(bob.accountId), deviceIds: [] };
    const refused = await client.refusal({ case: 'fetchPreKeys', value });
    expect(refused.code).toBe(ErrorCode.RATE_LIMITED);
    expect(refused.retryAfterMs).toBeGreaterThan(90_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(100_000);
    await fetchBundles(client, carol);
    await fetchBundles(other, bob);
  });

  it('never hands out a one-time key twice, however many ask at once', async () => {
    const { url } = await cleanup.relay({ limits: { preKeyFetches: 100 } });
    const bob = makeDevice();
    await registerDevice(url, bob, makePreKeys(bob.identity, { curve: 40, kyber: 40 }));
    const clients = await Promise.all(Array.from({ length: 10 }, () => registerDevice(url, makeDevice())));
    const bundles = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 5 }, () => fetchBundles(client, bob))),
    );
    const devices = bundles.flatMap((bundle) => bundle.devices);
    const curve = devices.flatMap((device) => device.oneTimePreKey?.keyId ?? []);
    const kyber = devices
      .flatMap((device) => device.kyberPreKey?.keyId ?? [])
      .filter((keyId) => keyId !== 9999);
    expect(new Set(curve).size).toBe(40);
    expect(curve).toHaveLength(40);
    expect(new Set(kyber).size).toBe(40);
    expect(kyber).toHaveLength(40);
  });
});

describe('UploadPreKeys', () => {
  it('adds one-time keys and replaces signed ones', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const client = await registerDevice(url, bob);
    const asker = await registerDevice(url, alice);
    const upload = makePreKeys(bob.identity, { curve: 3, kyber: 1, firstId: 100 });
    const counts = await client.request({ case: 'uploadPreKeys', value: upload }, 'preKeyCounts');
    expect(counts).toMatchObject({ oneTimePreKeys: 5, oneTimeKyberPreKeys: 3 });
    const [bundle] = (await fetchBundles(asker, bob)).devices;
    expect(Buffer.from(bundle?.signedPreKey?.publicKey ?? [])).toEqual(
      Buffer.from(upload.signedPreKey?.publicKey ?? []),
    );
  });

  it('changes nothing when repeated, not even for keys that were handed out meanwhile', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const preKeys = makePreKeys(bob.identity, { curve: 2, kyber: 2 });
    const client = await registerDevice(url, bob, preKeys);
    const asker = await registerDevice(url, alice);
    const [first] = (await fetchBundles(asker, bob)).devices;
    const counts = await client.request({ case: 'uploadPreKeys', value: preKeys }, 'preKeyCounts');
    expect(counts).toMatchObject({ oneTimePreKeys: 1, oneTimeKyberPreKeys: 1 });
    const [second] = (await fetchBundles(asker, bob)).devices;
    expect(second?.oneTimePreKey?.keyId).not.toBe(first?.oneTimePreKey?.keyId);
    const [third] = (await fetchBundles(asker, bob)).devices;
    expect(third?.oneTimePreKey).toBeUndefined();
  });

  it('drops earlier one-time keys when asked to', async () => {
    const { url } = await cleanup.relay();
    const bob = makeDevice();
    const client = await registerDevice(url, bob);
    const value = {
      ...makePreKeys(bob.identity, { curve: 1, kyber: 0, firstId: 50 }),
      replaceOneTimeKeys: true,
    };
    const counts = await client.request({ case: 'uploadPreKeys', value }, 'preKeyCounts');
    expect(counts).toMatchObject({ oneTimePreKeys: 1, oneTimeKyberPreKeys: 0 });
  });

  it('keeps at most the bound, and leaves the rest out', async () => {
    const { url } = await cleanup.relay({ limits: { storedPreKeys: 5 } });
    const bob = makeDevice();
    const client = await registerDevice(url, bob);
    const value = makePreKeys(bob.identity, { curve: 10, kyber: 1, firstId: 50 });
    const counts = await client.request({ case: 'uploadPreKeys', value }, 'preKeyCounts');
    expect(counts).toMatchObject({ oneTimePreKeys: 5, oneTimeKyberPreKeys: 3 });
  });

  it('refuses too many keys, repeated ids, broken keys and foreign signatures', async () => {
    const { url } = await cleanup.relay({ limits: { uploadsBurst: 100, strikes: 100 } });
    const bob = makeDevice();
    const client = await registerDevice(url, bob);
    const good = makePreKeys(bob.identity, { curve: 1, kyber: 1 });
    const oneTimeKey = good.oneTimePreKeys?.[0] ?? {};
    const kyberKey = good.oneTimeKyberPreKeys?.[0] ?? {};
    const foreign = makePreKeys(makeDevice().identity, { curve: 0, kyber: 1 });
    const uploads = [
      { oneTimePreKeys: Array.from({ length: 101 }, (_, keyId) => ({ ...oneTimeKey, keyId })) },
      { oneTimePreKeys: [oneTimeKey, oneTimeKey] },
      { oneTimePreKeys: [{ keyId: 1, publicKey: new Uint8Array(33) }] },
      { oneTimePreKeys: [{ keyId: 1, publicKey: new Uint8Array(32) }] },
      { oneTimeKyberPreKeys: [{ ...kyberKey, signature: new Uint8Array(64) }] },
      { oneTimeKyberPreKeys: [{ ...kyberKey, signature: new Uint8Array(63) }] },
      { oneTimeKyberPreKeys: [{ ...kyberKey, publicKey: new Uint8Array(1569) }] },
      {
        signedPreKey: {
          ...good.signedPreKey,
          keyId: 2,
          signature: foreign.signedPreKey?.signature ?? new Uint8Array(),
        },
      },
      { lastResortKyberPreKey: foreign.lastResortKyberPreKey ?? {} },
    ];
    for (const value of uploads) {
      expect((await client.refusal({ case: 'uploadPreKeys', value })).code).toBe(ErrorCode.PRE_KEYS_INVALID);
    }
    const counts = await client.request({ case: 'uploadPreKeys', value: {} }, 'preKeyCounts');
    expect(counts).toMatchObject({ oneTimePreKeys: 2, oneTimeKyberPreKeys: 2 });
  });

  it('is limited', async () => {
    const { url } = await cleanup.relay({ limits: { uploadsBurst: 1, uploadsPerSecond: 0.001 } });
    const client = await registerDevice(url, makeDevice());
    await client.request({ case: 'uploadPreKeys', value: {} }, 'preKeyCounts');
    expect((await client.refusal({ case: 'uploadPreKeys', value: {} })).code).toBe(ErrorCode.RATE_LIMITED);
  });
});

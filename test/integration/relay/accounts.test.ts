import { IdentityKeyPair } from '@signalapp/libsignal-client';
import { afterEach, describe, expect, it } from 'vitest';
import { v4 } from 'uuid';
import { idToBytes, parseDeviceId, parseId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { CLOSE } from '../../../src-shared/protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../../src-shared/protocol/transcripts.ts';
import {
  authentication,
  connectDevice,
  envelopeFor,
  makeDevice,
  makePreKeys,
  registerDevice,
  receive,
  registration,
  resume,
  sendAccepted,
  sendEnvelopes,
} from '../../support/relay/devices.ts';
import { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const { ErrorCode } = relay;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe('Hello', () => {
  it('names the relay, its limits and a fresh nonce for every connection', async () => {
    const { url, name } = await cleanup.relay({ name: 'kith-test' });
    const first = await RawClient.connect(url);
    const second = await RawClient.connect(url);
    expect(first.hello.relayName).toBe(name);
    expect(first.hello.protocolVersion).toBe(PROTOCOL_VERSION);
    expect(first.hello.nonce).toHaveLength(32);
    expect(first.hello.nonce).not.toEqual(second.hello.nonce);
    expect(first.hello.heartbeatIntervalMs).toBe(45_000);
    expect(first.hello.heartbeatTimeoutMs).toBe(100_000);
    expect(first.hello.limits?.mailLifetimeDays).toBe(45);
    expect(first.hello.limits?.mailboxBytes).toBeGreaterThan(0n);
  });
});

describe('Register', () => {
  it('creates an account, authenticates the connection and counts the prekeys', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const client = await RawClient.connect(url);
    const value = registration(client, device, makePreKeys(device.identity, { curve: 3, kyber: 2 }));
    const answer = await client.request({ case: 'register', value }, 'authenticated');
    expect(answer.preKeyCounts).toMatchObject({ oneTimePreKeys: 3, oneTimeKyberPreKeys: 2 });
    expect(answer.ownDeviceIds).toEqual([1]);
    expect(answer.lastAcceptedOrder).toBe(0n);
    expect(answer.username).toBe(device.username);
    const found = await client.request(
      { case: 'lookupAccount', value: { by: { case: 'username', value: device.username } } },
      'account',
    );
    expect(Buffer.from(found.accountId)).toEqual(Buffer.from(idToBytes(device.accountId)));
  });

  it('succeeds again when repeated, and changes nothing', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const preKeys = makePreKeys(device.identity, { curve: 2, kyber: 2 });
    await registerDevice(url, device, preKeys);
    const again = await RawClient.connect(url);
    const answer = await again.request(
      { case: 'register', value: registration(again, device, preKeys) },
      'authenticated',
    );
    expect(answer.preKeyCounts).toMatchObject({ oneTimePreKeys: 2, oneTimeKyberPreKeys: 2 });
    expect(answer.ownDeviceIds).toEqual([1]);
  });

  it('adds a device to an account with the same identity key, with or without its username', async () => {
    const { url } = await cleanup.relay();
    const first = makeDevice();
    await registerDevice(url, first);
    const named = makeDevice({ ...first, deviceId: parseDeviceId(2), registrationId: 22 });
    const unnamed = makeDevice({ ...first, deviceId: parseDeviceId(3), registrationId: 33, username: '' });
    await registerDevice(url, named);
    const client = await RawClient.connect(url);
    const answer = await client.request(
      { case: 'register', value: registration(client, unnamed) },
      'authenticated',
    );
    expect(answer.ownDeviceIds).toEqual([1, 2, 3]);
    expect(answer.username).toBe(first.username);
  });

  it('refuses a device under another name than its account has', async () => {
    const { url } = await cleanup.relay();
    const first = makeDevice();
    await registerDevice(url, first);
    const other = makeDevice({ ...first, deviceId: parseDeviceId(2), username: 'somebody-else' });
    const client = await RawClient.connect(url);
    const error = await client.refusal({ case: 'register', value: registration(client, other) });
    expect(error.code).toBe(ErrorCode.USERNAME_INVALID);
  });

  it('refuses a device under the id of another that it does not mean to replace', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const former = await registerDevice(url, device);
    const client = await RawClient.connect(url);
    const other = { ...device, registrationId: device.registrationId + 1 };
    const error = await client.refusal({ case: 'register', value: registration(client, other) });
    expect(error.code).toBe(ErrorCode.DEVICE_CONFLICT);
    await former.request({ case: 'ping', value: {} }, 'pong');
  });

  it('puts a reinstalled device in its place: mail stays, keys go, the former connection is closed', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const former = await registerDevice(url, bob);
    await sendAccepted(sender, envelopeFor([bob], Buffer.from('waits')));
    const again = { ...bob, registrationId: bob.registrationId + 1 };
    const newKeys = makePreKeys(bob.identity, { curve: 1, kyber: 1, firstId: 50 });
    const client = await RawClient.connect(url);
    const value = registration(client, again, newKeys, 'replacing');
    const answer = await client.request({ case: 'register', value }, 'authenticated');
    expect(answer).toMatchObject({
      registrationId: again.registrationId,
      username: bob.username,
      ownDeviceIds: [1],
      preKeyCounts: { oneTimePreKeys: 1, oneTimeKyberPreKeys: 1 },
    });
    expect(await former.closed).toBe(CLOSE.superseded.code);
    await resume(client, 0n);
    expect((await receive(client, 1)).map((mail) => Buffer.from(mail.ciphertext).toString())).toEqual([
      'waits',
    ]);
    const [stale] = await sendEnvelopes(sender, [envelopeFor([bob])]);
    expect(stale?.outcome.value).toMatchObject({ accounts: [{ stale: [bob.deviceId] }] });
    await sendAccepted(sender, envelopeFor([again]));
  });

  it('cannot be rolled back by a registration that was seen before', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const first = await RawClient.connect(url);
    const old = registration(first, device, undefined, 'replacing');
    await first.request({ case: 'register', value: old }, 'authenticated');
    const again = { ...device, registrationId: device.registrationId + 1 };
    const second = await RawClient.connect(url);
    const value = registration(second, again, undefined, 'replacing');
    await second.request({ case: 'register', value }, 'authenticated');
    // The same frame on another connection, and on the one that its signature was for.
    const replaying = await RawClient.connect(url);
    expect((await replaying.refusal({ case: 'register', value: old })).code).toBe(ErrorCode.BAD_SIGNATURE);
    expect((await second.refusal({ case: 'register', value: old })).code).toBe(
      ErrorCode.ALREADY_AUTHENTICATED,
    );
    const client = await RawClient.connect(url);
    const answer = await client.request(
      { case: 'authenticate', value: authentication(client, again) },
      'authenticated',
    );
    expect(answer.registrationId).toBe(again.registrationId);
  });

  it('refuses a replacement that was not signed as one', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    await registerDevice(url, device);
    const client = await RawClient.connect(url);
    const other = { ...device, registrationId: device.registrationId + 1 };
    const value = { ...registration(client, other), replacesInstallation: true };
    expect((await client.refusal({ case: 'register', value })).code).toBe(ErrorCode.BAD_SIGNATURE);
  });

  it('refuses another identity key for an account as a bad signature, and closes', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    await registerDevice(url, device);
    const client = await RawClient.connect(url);
    const thief = makeDevice({ ...device, identity: IdentityKeyPair.generate() });
    const error = await client.refusal({ case: 'register', value: registration(client, thief) });
    expect(error.code).toBe(ErrorCode.BAD_SIGNATURE);
    expect(await client.closed).toBe(CLOSE.badSignature.code);
  });

  it('gives a username to one account only, even when two claim it at once', async () => {
    const { url } = await cleanup.relay();
    const claims = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const device = makeDevice({ username: 'contested' });
        const client = await RawClient.connect(url);
        const answer = await client.ask({ case: 'register', value: registration(client, device) });
        return answer.body.case === 'error' ? answer.body.value.code : 'registered';
      }),
    );
    expect(claims.filter((claim) => claim === 'registered')).toHaveLength(1);
    expect(claims.filter((claim) => claim === ErrorCode.USERNAME_TAKEN)).toHaveLength(7);
  });

  it.each([
    'ab',
    'Upper',
    '1digit',
    'double..dot',
    'dot.',
    'ü'.repeat(5),
    'x'.repeat(33),
    '',
    'a b',
    "';drop",
  ])('refuses the username %j', async (username) => {
    const { url } = await cleanup.relay();
    const device = makeDevice({ username });
    const client = await RawClient.connect(url);
    const error = await client.refusal({ case: 'register', value: registration(client, device) });
    expect(error.code).toBe(ErrorCode.USERNAME_INVALID);
  });

  it('refuses a signature over another nonce', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const other = await RawClient.connect(url);
    const client = await RawClient.connect(url);
    const error = await client.refusal({ case: 'register', value: registration(other, device) });
    expect(error.code).toBe(ErrorCode.BAD_SIGNATURE);
    expect(await client.closed).toBe(CLOSE.badSignature.code);
  });

  it.each(['username', 'deviceId', 'registrationId', 'accountId'] as const)(
    'refuses a registration whose %s is not the signed one',
    async (part) => {
      const { url } = await cleanup.relay();
      const device = makeDevice();
      const client = await RawClient.connect(url);
      const changed = {
        username: 'mallory',
        deviceId: 9,
        registrationId: 9,
        accountId: idToBytes(parseId(v4())),
      };
      const value = { ...registration(client, device), [part]: changed[part] };
      const error = await client.refusal({ case: 'register', value });
      expect(error.code).toBe(ErrorCode.BAD_SIGNATURE);
    },
  );

  it('refuses prekeys that the identity key did not sign', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const foreign = makePreKeys(IdentityKeyPair.generate(), { curve: 1, kyber: 1 });
    const client = await RawClient.connect(url);
    const error = await client.refusal({ case: 'register', value: registration(client, device, foreign) });
    expect(error.code).toBe(ErrorCode.PRE_KEYS_INVALID);
  });

  it('takes in no new account when registration is closed, but devices of known accounts', async () => {
    const dataDirectory = cleanup.folder();
    const open = await cleanup.relay({ dataDirectory });
    const device = makeDevice();
    await registerDevice(open.url, device);
    await open.close();
    const { url } = await cleanup.relay({ dataDirectory, newAccounts: 'closed' });
    const stranger = await RawClient.connect(url);
    const error = await stranger.refusal({ case: 'register', value: registration(stranger, makeDevice()) });
    expect(error.code).toBe(ErrorCode.REGISTRATION_CLOSED);
    await registerDevice(url, makeDevice({ ...device, deviceId: parseDeviceId(2) }));
  });

  it('counts registrations per remote address when it stands behind a proxy', async () => {
    const { url } = await cleanup.relay({ proxyTrust: 'behind-proxy', limits: { registrationsBurst: 2 } });
    const codes: (number | undefined)[] = [];
    for (const _attempt of [1, 2, 3]) {
      const client = await RawClient.connect(url, { 'x-forwarded-for': 'forged, 203.0.113.7' });
      const { body } = await client.ask({ case: 'register', value: registration(client, makeDevice()) });
      codes.push(body.case === 'error' ? body.value.code : undefined);
    }
    expect(codes).toEqual([undefined, undefined, ErrorCode.RATE_LIMITED]);
  });
});

describe('Authenticate', () => {
  it('tells own devices, prekeys and the newest accepted envelope', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const envelope = envelopeFor([bob]);
    await sendAccepted(sender, envelope);
    const newest = await sendAccepted(sender, envelopeFor([bob]));
    await sendAccepted(sender, envelope);
    await sender.close();
    const client = await RawClient.connect(url);
    const answer = await client.request(
      { case: 'authenticate', value: authentication(client, alice) },
      'authenticated',
    );
    // The repeated envelope was accepted before.
    expect(answer.lastAcceptedOrder).toBe(newest);
    expect(answer.preKeyCounts).toMatchObject({ oneTimePreKeys: 2, oneTimeKyberPreKeys: 2 });
  });

  it('refuses a bad signature, an unknown account, an unknown device and another version, and closes', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    await registerDevice(url, device);
    const cases = [
      {
        who: { ...device, identity: IdentityKeyPair.generate() },
        code: ErrorCode.BAD_SIGNATURE,
        close: CLOSE.badSignature,
      },
      { who: makeDevice(), code: ErrorCode.ACCOUNT_UNKNOWN, close: CLOSE.accountUnknown },
      {
        who: { ...device, deviceId: parseDeviceId(5) },
        code: ErrorCode.DEVICE_UNKNOWN,
        close: CLOSE.accountUnknown,
      },
    ];
    for (const { who, code, close } of cases) {
      const client = await RawClient.connect(url);
      const error = await client.refusal({ case: 'authenticate', value: authentication(client, who) });
      expect(error.code).toBe(code);
      expect(await client.closed).toBe(close.code);
    }
    const client = await RawClient.connect(url);
    const value = { ...authentication(client, device), protocolVersion: 99 };
    const error = await client.refusal({ case: 'authenticate', value });
    expect(error.code).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(await client.closed).toBe(CLOSE.unsupportedVersion.code);
  });

  it('works once per connection', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const client = await registerDevice(url, device);
    const error = await client.refusal({ case: 'authenticate', value: authentication(client, device) });
    expect(error.code).toBe(ErrorCode.ALREADY_AUTHENTICATED);
  });

  it('closes the older connection of the same device', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const older = await registerDevice(url, device);
    const newer = await connectDevice(url, device);
    expect(await older.closed).toBe(CLOSE.superseded.code);
    await newer.request({ case: 'ping', value: {} }, 'pong');
  });
});

describe('LookupAccount', () => {
  it('finds by name and by id, and says when there is no such account', async () => {
    const { url } = await cleanup.relay();
    const device = makeDevice();
    const client = await registerDevice(url, device);
    const accountId = idToBytes(device.accountId);
    const byId = await client.request(
      { case: 'lookupAccount', value: { by: { case: 'accountId', value: accountId } } },
      'account',
    );
    expect(byId.username).toBe(device.username);
    expect(Buffer.from(byId.identityKey)).toEqual(Buffer.from(device.identity.publicKey.serialize()));
    for (const by of [
      { case: 'username', value: 'nobody-here' },
      { case: 'username', value: device.username.toUpperCase() },
      { case: 'accountId', value: idToBytes(parseId(v4())) },
    ] as const) {
      expect((await client.refusal({ case: 'lookupAccount', value: { by } })).code).toBe(
        ErrorCode.ACCOUNT_UNKNOWN,
      );
    }
  });

  it('is limited per account, so that nobody walks through all names', async () => {
    const { url } = await cleanup.relay({ limits: { lookupsBurst: 3, lookupsPerSecond: 0.001 } });
    const client = await registerDevice(url, makeDevice());
    const value = { by: { case: 'username', value: 'nobody-here' } } as const;
    const codes: number[] = [];
    for (const _attempt of [1, 2, 3])
      codes.push((await client.refusal({ case: 'lookupAccount', value })).code);
    expect(new Set(codes)).toEqual(new Set([ErrorCode.ACCOUNT_UNKNOWN]));
    const limited = await client.refusal({ case: 'lookupAccount', value });
    expect(limited.code).toBe(ErrorCode.RATE_LIMITED);
    expect(limited.retryAfterMs).toBeGreaterThan(900_000);
  });
});

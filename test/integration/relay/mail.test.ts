import { afterEach, describe, expect, it } from 'vitest';
import { v4 } from 'uuid';
import { idToBytes, parseDeviceId, parseId } from '../../../src-shared/ids.ts';
import { DAY_MS, DEFAULT_LIMITS } from '../../../src-relay/limits.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { MAX_CIPHERTEXT_BYTES, MAX_DESTINATIONS, orderToMs } from '../../../src-shared/protocol/limits.ts';
import {
  connectDevice,
  envelopeFor,
  makeDevice,
  newEnvelopeId,
  receive,
  registerDevice,
  resume,
  sendAccepted,
  sendEnvelopes,
  sharedEnvelopeFor,
  type TestDevice,
} from '../../support/relay/devices.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const { ErrorCode, CiphertextType } = relay;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A second device of the same account. */
function secondDevice(device: TestDevice, registrationId = 4242): TestDevice {
  return makeDevice({ ...device, deviceId: parseDeviceId(2), registrationId });
}

/** Lets days pass, and then the relay do its upkeep. */
async function passDays(time: ManualTime, days: number): Promise<void> {
  time.advance(days * DAY_MS);
  await new Promise(setImmediate);
  time.advance(DEFAULT_LIMITS.expiryIntervalMs);
  await new Promise(setImmediate);
}

describe('Send', () => {
  it('delivers each device its own ciphertext with its sender, in the order of acceptance', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const bobTablet = secondDevice(bob);
    const sender = await registerDevice(url, alice);
    const phone = await registerDevice(url, bob);
    const tablet = await registerDevice(url, bobTablet);
    const before = Date.now();
    const first = await sendAccepted(sender, {
      envelopeId: newEnvelopeId(),
      destinations: [
        {
          accountId: idToBytes(bob.accountId),
          devices: [
            {
              deviceId: 1,
              registrationId: bob.registrationId,
              type: CiphertextType.PRE_KEY,
              ciphertext: Buffer.from('for the phone'),
            },
            {
              deviceId: 2,
              registrationId: 4242,
              type: CiphertextType.WHISPER,
              ciphertext: Buffer.from('for the tablet'),
            },
          ],
        },
      ],
    });
    const second = await sendAccepted(sender, envelopeFor([bob, bobTablet], Buffer.from('second')));
    expect(second).toBeGreaterThan(first);
    expect(orderToMs(Number(first))).toBeGreaterThanOrEqual(before);
    expect(await resume(phone, 0n)).toBe(2);
    expect(await resume(tablet, 0n)).toBe(2);
    const [onPhone, onTablet] = [await receive(phone, 2), await receive(tablet, 2)];
    expect(onPhone.map((envelope) => Buffer.from(envelope.ciphertext).toString())).toEqual([
      'for the phone',
      'second',
    ]);
    expect(onTablet.map((envelope) => Buffer.from(envelope.ciphertext).toString())).toEqual([
      'for the tablet',
      'second',
    ]);
    expect(onPhone[0]).toMatchObject({
      type: CiphertextType.PRE_KEY,
      sourceDeviceId: 1,
      sourceUsername: alice.username,
      acceptedOrder: first,
    });
    expect(Buffer.from(onPhone[0]?.sourceAccountId ?? [])).toEqual(Buffer.from(idToBytes(alice.accountId)));
  });

  it('stores a shared ciphertext once and delivers it to every device', async () => {
    const { url } = await cleanup.relay();
    const alice = makeDevice();
    const sender = await registerDevice(url, alice);
    const members = Array.from({ length: 5 }, () => makeDevice());
    const clients = [];
    for (const member of members) clients.push(await registerDevice(url, member));
    await sendAccepted(sender, sharedEnvelopeFor(members, Buffer.from('to all')));
    for (const client of clients) {
      await resume(client, 0n);
      const [envelope] = await receive(client, 1);
      expect(Buffer.from(envelope?.ciphertext ?? []).toString()).toBe('to all');
      expect(envelope?.type).toBe(CiphertextType.SENDER_KEY);
    }
  });

  it('answers results in the order of the request, each for itself', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const tooLarge = envelopeFor([bob], new Uint8Array(MAX_CIPHERTEXT_BYTES + 1));
    const unknown = envelopeFor([makeDevice()]);
    const results = await sendEnvelopes(sender, [envelopeFor([bob]), tooLarge, unknown, envelopeFor([bob])]);
    expect(results.map((result) => result.outcome.case)).toEqual([
      'accepted',
      'error',
      'mismatches',
      'accepted',
    ]);
    expect(results[1]?.outcome.value).toMatchObject({ code: ErrorCode.CIPHERTEXT_TOO_LARGE });
    expect(results[2]?.outcome.value).toMatchObject({ accounts: [{ accountUnknown: true }] });
    expect(Buffer.from(results[1]?.envelopeId ?? [])).toEqual(Buffer.from(tooLarge.envelopeId ?? []));
  });

  it('names missing, extra and stale devices of all accounts, and stores nothing of the envelope', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob, carol] = [makeDevice(), makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    await registerDevice(url, secondDevice(bob));
    const carolClient = await registerDevice(url, carol);
    const envelope = envelopeFor([
      { ...bob, registrationId: bob.registrationId + 1 },
      carol,
      { ...carol, deviceId: parseDeviceId(7) },
    ]);
    const [result] = await sendEnvelopes(sender, [envelope]);
    expect(result?.outcome).toMatchObject({
      case: 'mismatches',
      value: {
        accounts: [
          { missing: [2], extra: [], stale: [1] },
          { missing: [], extra: [7], stale: [] },
        ],
      },
    });
    expect(await resume(receiver, 0n)).toBe(0);
    expect(await resume(carolClient, 0n)).toBe(0);
    // The same id is free for the mended envelope.
    await sendAccepted(sender, envelopeFor([bob, secondDevice(bob), carol], undefined, envelope.envelopeId));
  });

  it("counts the sending device as absent from its own account, so that a lone device's list is empty", async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const own = { accountId: idToBytes(alice.accountId), devices: [] };
    const { destinations = [] } = envelopeFor([bob]);
    await sendAccepted(sender, { envelopeId: newEnvelopeId(), destinations: [...destinations, own] });
    await sendAccepted(sender, { envelopeId: newEnvelopeId(), destinations: [own] });
    const [toSelf] = await sendEnvelopes(sender, [envelopeFor([alice])]);
    expect(toSelf?.outcome.value).toMatchObject({ accounts: [{ extra: [1] }] });
    const tablet = await registerDevice(url, secondDevice(alice));
    const [withoutTablet] = await sendEnvelopes(sender, [
      { envelopeId: newEnvelopeId(), destinations: [own] },
    ]);
    expect(withoutTablet?.outcome.value).toMatchObject({ accounts: [{ missing: [2] }] });
    await sendAccepted(sender, envelopeFor([secondDevice(alice)]));
    expect(await resume(tablet, 0n)).toBe(1);
  });

  it('refuses too many envelopes and too many destinations with their own errors', async () => {
    const { url } = await cleanup.relay();
    const client = await registerDevice(url, makeDevice());
    const nobody = makeDevice();
    const envelopes = Array.from({ length: 101 }, () => envelopeFor([nobody]));
    expect((await client.refusal({ case: 'send', value: { envelopes } })).code).toBe(
      ErrorCode.BATCH_TOO_LARGE,
    );
    const crowd = {
      envelopeId: newEnvelopeId(),
      destinations: Array.from({ length: MAX_DESTINATIONS + 1 }, () => ({
        accountId: idToBytes(parseId(v4())),
        devices: [],
      })),
    };
    const [result] = await sendEnvelopes(client, [crowd]);
    expect(result?.outcome.value).toMatchObject({ code: ErrorCode.BATCH_TOO_LARGE });
    expect(await sendEnvelopes(client, [])).toEqual([]);
  });

  it('keeps the order of pipelined sends', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    const orders = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        sendAccepted(sender, envelopeFor([bob], Buffer.from(String(index)))),
      ),
    );
    expect(orders).toEqual([...orders].sort((a, b) => Number(a - b)));
    await resume(receiver, 0n);
    const texts = (await receive(receiver, 50)).map((envelope) =>
      Buffer.from(envelope.ciphertext).toString(),
    );
    expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => String(index)));
  });
});

describe('idempotency', () => {
  it('answers a repeat with the original order, even after the recipient deleted it', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    const envelope = envelopeFor([bob]);
    const order = await sendAccepted(sender, envelope);
    expect(await sendAccepted(sender, envelope)).toBe(order);
    await resume(receiver, 0n);
    expect(await receive(receiver, 1)).toHaveLength(1);
    await resume(receiver, order);
    expect(await sendAccepted(sender, envelope)).toBe(order);
    expect(await resume(receiver, order)).toBe(0);
  });

  it('recognises repeats although the devices of a recipient changed meanwhile', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const envelope = envelopeFor([bob]);
    const order = await sendAccepted(sender, envelope);
    await registerDevice(url, secondDevice(bob));
    expect(await sendAccepted(sender, envelope)).toBe(order);
  });

  it('holds when the same envelope arrives many times at once, within one frame and over reconnects', async () => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const receiver = await registerDevice(url, bob);
    let sender = await registerDevice(url, alice);
    const envelope = envelopeFor([bob]);
    const orders = new Set<bigint>();
    for (const _round of [1, 2, 3]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => sendEnvelopes(sender, [envelope, envelope])),
      );
      for (const result of answers.flat()) {
        if (result.outcome.case === 'accepted') orders.add(result.outcome.value.acceptedOrder);
      }
      sender.cut();
      sender = await connectDevice(url, alice);
    }
    expect(orders.size).toBe(1);
    expect(await resume(receiver, 0n)).toBe(1);
  });

  it('is per sending device: the same id from somebody else is another envelope', async () => {
    const { url } = await cleanup.relay();
    const [alice, carol, bob] = [makeDevice(), makeDevice(), makeDevice()];
    const [first, second] = [await registerDevice(url, alice), await registerDevice(url, carol)];
    const receiver = await registerDevice(url, bob);
    const envelope = envelopeFor([bob]);
    expect(await sendAccepted(first, envelope)).not.toBe(await sendAccepted(second, envelope));
    expect(await resume(receiver, 0n)).toBe(2);
  });

  it('forgets after seven days', async () => {
    const time = new ManualTime();
    const { url } = await cleanup.relay({ clock: time, timers: time, limits: { commitIntervalMs: 0 } });
    const [alice, bob] = [makeDevice(), makeDevice()];
    await registerDevice(url, bob);
    await registerDevice(url, alice);
    const envelope = envelopeFor([bob]);
    const order = await sendAccepted(await connectDevice(url, alice), envelope);
    const daysLater = async (days: number): Promise<bigint> => {
      await passDays(time, days);
      return sendAccepted(await connectDevice(url, alice), envelope);
    };
    expect(await daysLater(6)).toBe(order);
    expect(await daysLater(2)).toBeGreaterThan(order);
  });
});

describe('order', () => {
  it('grows although the clock goes back', async () => {
    const time = new ManualTime();
    const { url } = await cleanup.relay({ clock: time, timers: time, limits: { commitIntervalMs: 0 } });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const first = await sendAccepted(sender, envelopeFor([bob]));
    time.setWall(time.now() - 3_600_000);
    expect(await sendAccepted(sender, envelopeFor([bob]))).toBe(first + 1n);
  });
});

describe('quotas and rates', () => {
  it('refuses an envelope for a mailbox that is full by number, and takes it when there is room', async () => {
    const { url } = await cleanup.relay({ limits: { mailboxEnvelopes: 3 } });
    const [alice, bob, carol] = [makeDevice(), makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    const bystander = await registerDevice(url, carol);
    const results = await sendEnvelopes(
      sender,
      Array.from({ length: 4 }, () => envelopeFor([bob])),
    );
    expect(results.map((result) => result.outcome.case)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'error',
    ]);
    expect(results[3]?.outcome.value).toMatchObject({ code: ErrorCode.MAILBOX_FULL });
    // All or nothing: nobody gets an envelope that one recipient cannot take.
    const [toBoth] = await sendEnvelopes(sender, [envelopeFor([carol, bob])]);
    expect(toBoth?.outcome.value).toMatchObject({ code: ErrorCode.MAILBOX_FULL });
    expect(await resume(bystander, 0n)).toBe(0);
    await resume(receiver, 0n);
    const received = await receive(receiver, 3);
    await resume(receiver, received[2]?.seq ?? 0n);
    await sendAccepted(sender, envelopeFor([carol, bob]));
  });

  it('refuses an envelope for a mailbox that is full by bytes, shared ciphertext included', async () => {
    const { url } = await cleanup.relay({ limits: { mailboxBytes: 1000 } });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    await sendAccepted(sender, envelopeFor([bob], new Uint8Array(600)));
    const [result] = await sendEnvelopes(sender, [sharedEnvelopeFor([bob], new Uint8Array(500))]);
    expect(result?.outcome.value).toMatchObject({ code: ErrorCode.MAILBOX_FULL });
    await sendAccepted(sender, envelopeFor([bob], new Uint8Array(400)));
  });

  it('limits the copies an account sends, and tells how long to wait', async () => {
    const time = new ManualTime();
    const limits = { sendCopiesBurst: 10, sendCopiesPerSecond: 1, commitIntervalMs: 0 };
    const { url } = await cleanup.relay({ clock: time, timers: time, limits });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const ten = Array.from({ length: 10 }, () => envelopeFor([bob]));
    await sendEnvelopes(sender, ten);
    const refused = await sender.refusal({ case: 'send', value: { envelopes: ten.slice(0, 2) } });
    expect(refused).toMatchObject({ code: ErrorCode.RATE_LIMITED, retryAfterMs: 2000 });
    time.advance(2000);
    await sendEnvelopes(sender, ten.slice(0, 2));
  });

  it('limits the bytes an account sends', async () => {
    const { url } = await cleanup.relay({ limits: { sendBytesBurst: 1000, sendBytesPerSecond: 1 } });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    await sendAccepted(sender, envelopeFor([bob], new Uint8Array(900)));
    const envelopes = [envelopeFor([bob], new Uint8Array(900))];
    expect((await sender.refusal({ case: 'send', value: { envelopes } })).code).toBe(ErrorCode.RATE_LIMITED);
  });

  it('expires mail after its lifetime and gives the quota back', async () => {
    const time = new ManualTime();
    const limits = { commitIntervalMs: 0, mailboxEnvelopes: 2 };
    const { url } = await cleanup.relay({ clock: time, timers: time, limits });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    await sendAccepted(sender, envelopeFor([bob]));
    await sendAccepted(sender, sharedEnvelopeFor([bob], Buffer.from('shared')));
    await passDays(time, 46);
    const receiver = await connectDevice(url, bob);
    expect(await resume(receiver, 0n)).toBe(0);
    await sendAccepted(await connectDevice(url, alice), envelopeFor([bob]));
  });
});

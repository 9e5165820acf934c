import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { idToBytes, parseDeviceId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  acknowledge,
  connectDevice,
  envelopeFor,
  makeDevice,
  newEnvelopeId,
  receive,
  registerDevice,
  resume,
  sendAccepted,
  sendEnvelopes,
  type TestDevice,
} from '../../support/relay/devices.ts';
import type { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Pair {
  readonly url: string;
  readonly bob: TestDevice;
  readonly sender: RawClient;
  readonly receiver: RawClient;
}

async function pair(limits = {}): Promise<Pair> {
  const { url } = await cleanup.relay({ limits });
  const [alice, bob] = [makeDevice(), makeDevice()];
  return { url, bob, sender: await registerDevice(url, alice), receiver: await registerDevice(url, bob) };
}

/** A round trip after which everything the relay pushed before has arrived. */
async function settle(client: RawClient): Promise<void> {
  await client.request({ case: 'ping', value: {} }, 'pong');
  await client.request({ case: 'ping', value: {} }, 'pong');
}

function delivered(client: RawClient): relay.Envelope[] {
  return client.pushes.flatMap((frame) => (frame.body.case === 'deliver' ? frame.body.value.envelopes : []));
}

describe('Resume', () => {
  it('delivers nothing before it, everything after it', async () => {
    const { sender, receiver, bob } = await pair();
    await sendAccepted(sender, envelopeFor([bob]));
    await settle(receiver);
    expect(delivered(receiver)).toEqual([]);
    expect(await resume(receiver, 0n)).toBe(1);
    await receive(receiver, 1);
  });

  it('counts everything up to its position as acknowledged', async () => {
    const { url, sender, receiver, bob } = await pair();
    const orders = [];
    for (const _n of [1, 2, 3]) orders.push(await sendAccepted(sender, envelopeFor([bob])));
    expect(await resume(receiver, orders[1] ?? 0n)).toBe(1);
    expect((await receive(receiver, 1))[0]?.seq).toBe(orders[2]);
    const again = await connectDevice(url, bob);
    // Even from the start: the first two are gone.
    expect(await resume(again, 0n)).toBeLessThanOrEqual(1);
  });

  it('redelivers what was delivered and not acknowledged', async () => {
    const { url, sender, receiver, bob } = await pair();
    const order = await sendAccepted(sender, envelopeFor([bob]));
    await resume(receiver, 0n);
    await receiver.next('deliver');
    receiver.cut();
    const again = await connectDevice(url, bob);
    expect(await resume(again, 0n)).toBe(1);
    expect((await receive(again, 1))[0]?.seq).toBe(order);
  });

  it('may be repeated on a connection, and starts over from its position', async () => {
    const { sender, receiver, bob } = await pair();
    const order = await sendAccepted(sender, envelopeFor([bob]));
    await resume(receiver, 0n, 0);
    await settle(receiver);
    expect(delivered(receiver)).toEqual([]);
    await resume(receiver, 0n, 5);
    expect((await receive(receiver, 1))[0]?.seq).toBe(order);
  });

  it('takes a position from the future as the newest one, so that later mail still arrives', async () => {
    const { sender, receiver, bob } = await pair();
    await resume(receiver, 2n ** 63n);
    await sendAccepted(sender, envelopeFor([bob]));
    await receive(receiver, 1);
  });
});

describe('MailboxDrained', () => {
  it('comes at once when nothing waits', async () => {
    const { receiver } = await pair();
    await resume(receiver, 0n);
    await receiver.next('mailboxDrained');
  });

  it('comes once, after everything that waited is acknowledged', async () => {
    const { sender, receiver, bob } = await pair();
    await sendEnvelopes(sender, [envelopeFor([bob]), envelopeFor([bob])]);
    await resume(receiver, 0n);
    const { envelopes } = await receiver.next('deliver');
    await settle(receiver);
    acknowledge(receiver, envelopes[0]?.seq ?? 0n);
    await settle(receiver);
    expect(receiver.pushes.some((frame) => frame.body.case === 'mailboxDrained')).toBe(false);
    acknowledge(receiver, envelopes[1]?.seq ?? 0n);
    await receiver.next('mailboxDrained');
    await sendAccepted(sender, envelopeFor([bob]));
    await receive(receiver, 1);
    await settle(receiver);
    expect(receiver.pushes.some((frame) => frame.body.case === 'mailboxDrained')).toBe(false);
  });
});

describe('flow control', () => {
  it('never has more on its way than the credit, and goes on with every acknowledgement', async () => {
    const { sender, receiver, bob } = await pair();
    await sendEnvelopes(
      sender,
      Array.from({ length: 10 }, () => envelopeFor([bob])),
    );
    await resume(receiver, 0n, 3);
    await settle(receiver);
    const first = delivered(receiver);
    expect(first).toHaveLength(3);
    acknowledge(receiver, first[1]?.seq ?? 0n);
    await settle(receiver);
    expect(delivered(receiver)).toHaveLength(5);
  });

  it('clamps an acknowledgement of what was never delivered, and ignores the past', async () => {
    const { sender, receiver, bob, url } = await pair();
    await sendEnvelopes(
      sender,
      Array.from({ length: 4 }, () => envelopeFor([bob])),
    );
    await resume(receiver, 0n, 2);
    await settle(receiver);
    acknowledge(receiver, 2n ** 63n);
    await settle(receiver);
    acknowledge(receiver, 1n);
    await settle(receiver);
    expect(delivered(receiver)).toHaveLength(4);
    const again = await connectDevice(url, bob);
    expect(await resume(again, delivered(receiver)[1]?.seq ?? 0n)).toBe(2);
  });

  it('bounds bytes on their way, and the envelopes and bytes of a frame', async () => {
    const { sender, receiver, bob } = await pair({ inFlightBytes: 100_000, deliverBytes: 30_000 });
    for (const _n of Array.from({ length: 12 }))
      await sendAccepted(sender, envelopeFor([bob], new Uint8Array(10_000)));
    await resume(receiver, 0n, 1000);
    await settle(receiver);
    expect(delivered(receiver)).toHaveLength(10);
    for (const frame of receiver.pushes) {
      if (frame.body.case === 'deliver') expect(frame.body.value.envelopes.length).toBeLessThanOrEqual(3);
    }
    acknowledge(receiver, delivered(receiver)[9]?.seq ?? 0n);
    await settle(receiver);
    expect(delivered(receiver)).toHaveLength(12);
  });

  it('keeps the credit, loses nothing and keeps the order, whatever the device acknowledges', async () => {
    const { url, sender, bob } = await pair({ deliverEnvelopes: 4 });
    const step = fc.record({
      send: fc.integer({ min: 0, max: 6 }),
      acknowledge: fc.integer({ min: 0, max: 6 }),
    });
    let position = 0n;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        async (credit, steps) => {
          const receiver = await connectDevice(url, bob);
          await resume(receiver, position, credit);
          const accepted: bigint[] = [];
          let acknowledged = 0;
          for (const { send, acknowledge: count } of steps) {
            const results = await sendEnvelopes(
              sender,
              Array.from({ length: send }, () => envelopeFor([bob])),
            );
            for (const { outcome } of results)
              if (outcome.case === 'accepted') accepted.push(outcome.value.acceptedOrder);
            await settle(receiver);
            const arrived = delivered(receiver);
            expect(arrived.length - acknowledged).toBe(Math.min(credit, accepted.length - acknowledged));
            acknowledged = Math.min(arrived.length, acknowledged + count);
            const last = arrived[acknowledged - 1];
            if (last !== undefined) acknowledge(receiver, last.seq);
          }
          while (acknowledged < accepted.length) {
            await settle(receiver);
            const last = delivered(receiver).at(-1);
            if (last !== undefined) acknowledge(receiver, last.seq);
            acknowledged = delivered(receiver).length;
          }
          expect(delivered(receiver).map((envelope) => envelope.seq)).toEqual(accepted);
          position = accepted.at(-1) ?? position;
          await receiver.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('new mail', () => {
  it('reaches a connected device by itself, in order, from many senders', async () => {
    const { url, receiver, bob } = await pair();
    await resume(receiver, 0n);
    const senders = await Promise.all(Array.from({ length: 5 }, () => registerDevice(url, makeDevice())));
    const receiving = receive(receiver, 100);
    const orders = await Promise.all(
      senders.flatMap((sender) => Array.from({ length: 20 }, () => sendAccepted(sender, envelopeFor([bob])))),
    );
    const seqs = (await receiving).map((envelope) => envelope.seq);
    expect(seqs).toEqual([...orders].sort((a, b) => Number(a - b)));
  });
});

describe('ephemeral', () => {
  it('reaches the connected devices it names, unstored, without a sequence number or an answer', async () => {
    const { url, sender, receiver, bob } = await pair();
    const absent = makeDevice();
    await (await registerDevice(url, absent)).close();
    const envelope = envelopeFor([bob, absent, makeDevice()], Buffer.from('typing'));
    sender.post({ case: 'sendEphemeral', value: { envelope } });
    const { envelope: arrived } = await receiver.next('deliverEphemeral');
    expect(Buffer.from(arrived?.ciphertext ?? []).toString()).toBe('typing');
    expect(arrived).toMatchObject({ seq: 0n, acceptedOrder: 0n });
    expect(await resume(await connectDevice(url, absent), 0n)).toBe(0);
    await settle(sender);
    expect(sender.pushes).toEqual([]);
  });

  it('carries a shared ciphertext, spares the sending device, and asks for no complete device list', async () => {
    const { url, receiver, bob } = await pair();
    const alice = makeDevice();
    const sender = await registerDevice(url, alice);
    await registerDevice(url, makeDevice({ ...bob, deviceId: parseDeviceId(2) }));
    const destinations = [bob, alice].map((device) => ({
      accountId: idToBytes(device.accountId),
      devices: [{ deviceId: device.deviceId, registrationId: device.registrationId }],
    }));
    const sharedType = relay.CiphertextType.SENDER_KEY;
    const envelope = {
      envelopeId: newEnvelopeId(),
      destinations,
      sharedType,
      sharedCiphertext: Buffer.from('here'),
    };
    sender.post({ case: 'sendEphemeral', value: { envelope } });
    expect((await receiver.next('deliverEphemeral')).envelope?.type).toBe(sharedType);
    await settle(sender);
    expect(sender.pushes).toEqual([]);
  });

  it('is dropped above its rate, silently', async () => {
    const { sender, receiver, bob } = await pair({ ephemeralBurst: 2, ephemeralPerSecond: 0.001 });
    for (const _n of [1, 2, 3, 4])
      sender.post({ case: 'sendEphemeral', value: { envelope: envelopeFor([bob]) } });
    await settle(sender);
    await settle(receiver);
    expect(receiver.pushes).toHaveLength(2);
    expect(sender.pushes).toEqual([]);
  });
});

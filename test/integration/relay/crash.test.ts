import { cpSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { CLOSE } from '../../../src-shared/protocol/limits.ts';
import {
  authentication,
  connectDevice,
  envelopeFor,
  makeDevice,
  receive,
  registerDevice,
  resume,
  sendAccepted,
  sendEnvelopes,
  type EnvelopeInit,
} from '../../support/relay/devices.ts';
import { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup, spawnRelay } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const idText = (id: Uint8Array | undefined): string => Buffer.from(id ?? []).toString('hex');

async function lastAcceptedOrder(url: string, device: ReturnType<typeof makeDevice>): Promise<bigint> {
  const client = await RawClient.connect(url);
  const answer = await client.request(
    { case: 'authenticate', value: authentication(client, device) },
    'authenticated',
  );
  return answer.lastAcceptedOrder;
}

describe('kill -9', () => {
  it.each([1, 7, 40])(
    'after %i accepted answers, with more under way, loses nothing that was accepted and keeps the order',
    async (answersBeforeKill) => {
      const folder = cleanup.folder();
      const first = await spawnRelay(folder);
      cleanup.add(() => {
        first.kill('SIGKILL');
      });
      const [alice, bob] = [makeDevice(), makeDevice()];
      const sender = await registerDevice(first.url, alice);
      await registerDevice(first.url, bob);
      const envelopes = Array.from({ length: 60 }, (_, index) =>
        envelopeFor([bob], Buffer.from(String(index))),
      );
      const orders = new Map<string, bigint>();
      // One send each, all under way at once; the relay dies in the middle of answering.
      await Promise.all(
        envelopes.map(async (envelope) => {
          const [result] = await sendEnvelopes(sender, [envelope]).catch(() => []);
          if (result?.outcome.case !== 'accepted') return;
          orders.set(idText(result.envelopeId), result.outcome.value.acceptedOrder);
          if (orders.size === answersBeforeKill) first.kill('SIGKILL');
        }),
      );
      expect((await first.exited).signal).toBe('SIGKILL');
      expect(orders.size).toBeGreaterThanOrEqual(answersBeforeKill);

      const second = await spawnRelay(folder);
      cleanup.add(() => {
        second.kill('SIGKILL');
      });
      const newest = [...orders.values()].reduce((a, b) => (a > b ? a : b), 0n);
      expect(await lastAcceptedOrder(second.url, alice)).toBeGreaterThanOrEqual(newest);
      const again = await connectDevice(second.url, alice);
      for (const envelope of envelopes) {
        const order = await sendAccepted(again, envelope);
        const known = orders.get(idText(envelope.envelopeId));
        if (known !== undefined) expect(order).toBe(known);
        orders.set(idText(envelope.envelopeId), order);
      }
      const receiver = await connectDevice(second.url, bob);
      expect(await resume(receiver, 0n)).toBe(envelopes.length);
      const received = await receive(receiver, envelopes.length);
      const byOrder = [...orders].sort(([, a], [, b]) => Number(a - b)).map(([id]) => id);
      expect(received.map((envelope) => idText(envelope.envelopeId))).toEqual(byOrder);
      expect(await lastAcceptedOrder(second.url, alice)).toBe(received.at(-1)?.acceptedOrder);
    },
  );

  it('keeps prekeys that were handed out from being handed out again', async () => {
    const folder = cleanup.folder();
    const first = await spawnRelay(folder);
    const [alice, bob] = [makeDevice(), makeDevice()];
    const asker = await registerDevice(first.url, alice);
    await registerDevice(first.url, bob);
    const taken = new Set<number>();
    const take = async (client: RawClient): Promise<void> => {
      const accountId = (
        await client.request(
          { case: 'lookupAccount', value: { by: { case: 'username', value: bob.username } } },
          'account',
        )
      ).accountId;
      const { devices } = await client.request(
        { case: 'fetchPreKeys', value: { accountId } },
        'preKeyBundles',
      );
      const keyId = devices[0]?.oneTimePreKey?.keyId;
      if (keyId === undefined) return;
      expect(taken.has(keyId)).toBe(false);
      taken.add(keyId);
    };
    await take(asker);
    first.kill('SIGKILL');
    await first.exited;
    const second = await spawnRelay(folder);
    cleanup.add(() => {
      second.kill('SIGKILL');
    });
    const again = await connectDevice(second.url, alice);
    for (const _n of [1, 2]) await take(again);
    expect(taken.size).toBe(2);
  });
});

describe('SIGTERM', () => {
  it('answers what is under way, says that it goes away, and exits cleanly', async () => {
    const folder = cleanup.folder();
    const first = await spawnRelay(folder);
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(first.url, alice);
    await registerDevice(first.url, bob);
    const envelopes: EnvelopeInit[] = Array.from({ length: 200 }, () => envelopeFor([bob]));
    let answered = 0;
    let newest = 0n;
    const sending = Promise.all(
      envelopes.map(async (envelope) => {
        const answer = await sender
          .ask({ case: 'send', value: { envelopes: [envelope] } })
          .catch(() => undefined);
        if (answer === undefined) return;
        answered += 1;
        if (answer.body.case === 'sendResults') newest = newestOf(answer.body.value, newest);
        else expect(answer.body.value).toMatchObject({ code: relay.ErrorCode.SHUTTING_DOWN });
        if (answered === 1) first.kill('SIGTERM');
      }),
    );
    expect(await sender.closed).toBe(CLOSE.goingAway.code);
    await sending;
    expect((await first.exited).code).toBe(0);
    const second = await spawnRelay(folder);
    cleanup.add(() => {
      second.kill('SIGKILL');
    });
    expect(await lastAcceptedOrder(second.url, alice)).toBe(newest);
  });
});

function newestOf({ results }: relay.SendResults, before: bigint): bigint {
  const outcome = results[0]?.outcome;
  return outcome?.case === 'accepted' && outcome.value.acceptedOrder > before
    ? outcome.value.acceptedOrder
    : before;
}

describe('an older copy of the data', () => {
  it('shows in last_accepted_order, and positions still only grow', async () => {
    const folder = cleanup.folder();
    const copy = cleanup.folder();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const first = await cleanup.relay({ dataDirectory: folder });
    const sender = await registerDevice(first.url, alice);
    const receiver = await registerDevice(first.url, bob);
    const kept = await sendAccepted(sender, envelopeFor([bob]));
    await first.close();
    expect(await receiver.closed).toBe(CLOSE.goingAway.code);
    cpSync(folder, copy, { recursive: true });

    const second = await cleanup.relay({ dataDirectory: folder });
    const again = await connectDevice(second.url, alice);
    const lost = await sendAccepted(again, envelopeFor([bob]));
    await second.close();
    rmSync(folder, { recursive: true });

    const restored = await cleanup.relay({ dataDirectory: copy });
    expect(restored.name).toBe(first.name);
    expect(await lastAcceptedOrder(restored.url, alice)).toBe(kept);
    const device = await connectDevice(restored.url, bob);
    // The device already has the lost envelope; what comes after it must not look older.
    await resume(device, lost);
    const order = await sendAccepted(await connectDevice(restored.url, alice), envelopeFor([bob]));
    expect(order).toBeGreaterThan(lost);
    expect((await receive(device, 1))[0]?.seq).toBe(order);
  });
});

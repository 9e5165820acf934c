/** What a relay forgets, and that it does not do so because its clock is wrong. */
import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, DEFAULT_LIMITS } from '../../../src-relay/limits.ts';
import {
  connectDevice,
  envelopeFor,
  makeDevice,
  registerDevice,
  resume,
  sendAccepted,
} from '../../support/relay/devices.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Lets days pass, and then the relay do its upkeep. */
async function passDays(time: ManualTime, days: number): Promise<void> {
  time.advance(days * DAY_MS);
  await new Promise(setImmediate);
  time.advance(DEFAULT_LIMITS.expiryIntervalMs);
  await new Promise(setImmediate);
}

describe('waiting mail', () => {
  it.each([
    ['while it runs', 'running'],
    ['while it is off', 'restarted'],
  ] as const)(
    'keeps mail when the clock jumps ten years ahead %s, until that holds for a day',
    async (_, how) => {
      const time = new ManualTime();
      const dataDirectory = cleanup.folder();
      const options = { clock: time, timers: time, dataDirectory, limits: { commitIntervalMs: 0 } };
      let relay = await cleanup.relay(options);
      const [alice, bob] = [makeDevice(), makeDevice()];
      const sender = await registerDevice(relay.url, alice);
      await registerDevice(relay.url, bob);
      await sendAccepted(sender, envelopeFor([bob]));
      await passDays(time, 1);
      const right = time.now();
      if (how === 'restarted') {
        await relay.close();
        time.setWall(right + 3650 * DAY_MS);
        relay = await cleanup.relay(options);
      } else {
        time.setWall(right + 3650 * DAY_MS);
      }
      const waiting = async (): Promise<number> => resume(await connectDevice(relay.url, bob), 0n);
      // The first look at the jumped clock, and one that is not quite a day after it.
      await passDays(time, 0.01);
      await passDays(time, 0.9);
      expect(await waiting()).toBe(1);
      // Another start is no reason to believe it.
      await relay.close();
      relay = await cleanup.relay(options);
      await passDays(time, 0);
      expect(await waiting()).toBe(1);
      await passDays(time, 0.2);
      await passDays(time, 1.1);
      expect(await waiting()).toBe(0);
    },
  );

  it('expires after a long time off what is too old by then, a day after it runs again', async () => {
    const time = new ManualTime();
    const dataDirectory = cleanup.folder();
    const options = { clock: time, timers: time, dataDirectory, limits: { commitIntervalMs: 0 } };
    let relay = await cleanup.relay(options);
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(relay.url, alice);
    await registerDevice(relay.url, bob);
    await sendAccepted(sender, envelopeFor([bob]));
    await passDays(time, 20);
    await relay.close();
    time.setWall(time.now() + 30 * DAY_MS);
    relay = await cleanup.relay(options);
    await passDays(time, 0.01);
    expect(await resume(await connectDevice(relay.url, bob), 0n)).toBe(1);
    await passDays(time, 1.1);
    await passDays(time, 1.1);
    expect(await resume(await connectDevice(relay.url, bob), 0n)).toBe(0);
  });
});

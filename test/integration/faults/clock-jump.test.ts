/** Clocks that are set while people talk, by a day either way. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AdjustableClock } from '../../support/engine/adjustable-clock.ts';
import { acquaintances, textOf, type Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { corruptMail } from '../../support/relay/tamper.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const DAY_MS = 24 * 60 * 60_000;

/** Ada's clock can be set; Ben's is right. */
async function talking() {
  const clock = new AdjustableClock();
  const relay = await cleanup.relay();
  const [ada, ben] = await acquaintances(cleanup, relay.url, { ada: { clock } });
  return { relay, clock, ada, ben };
}

async function suspicious(person: Person, other: string): Promise<readonly (string | null)[]> {
  return (await person.messages(other)).filter((message) => message.isSuspicious).map(textOf);
}

describe.each([
  ['forward', DAY_MS],
  ['back', -DAY_MS],
])('a clock that jumps a day %s', (_, jumpMs) => {
  it('while connected changes nothing: all arrives, in the order of the relay, and nobody is a liar', async () => {
    const { clock, ada, ben } = await talking();
    const expected = ['hello'];
    const exchange = async (round: string): Promise<void> => {
      for (const [from, to, text] of [
        [ada, ben, `ada ${round}`],
        [ben, ada, `ben ${round}`],
      ] as const) {
        const messageId = await from.send(to.username, text);
        await to.received(text);
        await from.receipt(messageId, 'delivered');
        expected.push(text);
      }
    };
    await exchange('before');
    clock.offsetMs = jumpMs;
    await exchange('after');
    clock.offsetMs = 0;
    await exchange('when it was set right');
    clock.offsetMs = jumpMs;
    await ada.reopen();
    await exchange('after a restart');
    for (const [person, other] of [
      [ada, 'ben'],
      [ben, 'ada'],
    ] as const) {
      expect(await person.texts(other)).toEqual(expected);
      expect(await suspicious(person, other)).toEqual([]);
      const sentAt = (await person.messages(other)).map((message) => message.sentAtMs);
      for (const ms of sentAt) expect(Math.abs(ms - Date.now())).toBeLessThan(60_000);
    }
  });

  it('does not keep what could not be read from being asked for again', async () => {
    const { relay, clock, ada, ben } = await talking();
    await ada.close();
    const broken = await ben.send('ada', 'damaged on the way');
    await ben.event('accepted', (event) => event.messageId === broken);
    await relay.close();
    corruptMail(relay.dataDirectory);
    await cleanup.relay({ dataDirectory: relay.dataDirectory, port: Number(new URL(relay.url).port) });
    ada.open();
    // Between the failure and the request the clock jumps.
    const parked = ada.nextEvent('messages', (event) =>
      event.upserted.some((message) => message.body.type === 'notice'),
    );
    await parked;
    clock.offsetMs = jumpMs;
    await ada.engine.request('connection.get', {});
    await ben.engine.request('connection.retry', {});
    await ada.received('damaged on the way');
    await ben.receipt(broken, 'delivered');
  });
});

describe('a clock that is wrong and was never set right', () => {
  it('is corrected by the relay at the first connection', async () => {
    const clock = new AdjustableClock();
    clock.offsetMs = DAY_MS;
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url, { ada: { clock } });
    await ada.send('ben', 'what day is it?');
    await ben.received('what day is it?');
    expect(await suspicious(ben, 'ada')).toEqual([]);
  });

  it('marks what was written by it without a connection, and only that', async () => {
    const { relay, clock, ada, ben } = await talking();
    await relay.close();
    await ada.nextEvent('connection', (event) => event.connection.state !== 'online');
    clock.offsetMs = DAY_MS;
    await ada.send('ben', 'written tomorrow');
    await cleanup.relay({ dataDirectory: relay.dataDirectory, port: Number(new URL(relay.url).port) });
    for (const person of [ada, ben]) await person.engine.request('connection.retry', {});
    await ben.received('written tomorrow');
    expect(await suspicious(ben, 'ada')).toEqual(['written tomorrow']);
    await ben.send('ada', 'are you sure?');
    await ada.received('are you sure?');
    await vi.waitFor(async () => {
      expect(await suspicious(ada, 'ben')).toEqual([]);
    });
  });
});

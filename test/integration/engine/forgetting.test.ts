/** What is not needed any more leaves the store, and the disk. */
import { statSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { acquaintances, type Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { corruptMail } from '../../support/relay/tamper.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const DAY_MS = 24 * 60 * 60 * 1000;

const parked = (person: Person): unknown =>
  person.database.read.prepare('SELECT outcome, length(ciphertext) AS bytes FROM parked').all();

describe('an envelope that could not be read', () => {
  it('is kept while it is asked for again, not after it came, and forgotten after 30 days', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.close();
    const broken = await ada.send('ben', 'damaged on the way');
    await ada.event('accepted', (event) => event.messageId === broken);
    await ada.close();
    await relay.close();
    corruptMail(relay.dataDirectory);
    await cleanup.relay({ dataDirectory: relay.dataDirectory, port: Number(new URL(relay.url).port) });
    ben.open();
    await ben.nextEvent('messages', (event) => event.upserted.some(({ body }) => body.type === 'notice'));
    expect(parked(ben)).toEqual([{ outcome: 'waiting', bytes: expect.any(Number) as number }]);
    expect(parked(ben)).not.toEqual([{ outcome: 'waiting', bytes: 0 }]);
    ada.open();
    await ben.received('damaged on the way');
    expect(parked(ben)).toEqual([{ outcome: 'recovered', bytes: 0 }]);

    const age = ben.database.write.prepare<[number]>('UPDATE parked SET received_at_ms = received_at_ms - ?');
    age.run(29 * DAY_MS);
    await ben.reopen();
    await vi.waitFor(() => {
      expect(parked(ben)).toHaveLength(1);
    });
    ben.database.write
      .prepare<[number]>('UPDATE parked SET received_at_ms = received_at_ms - ?')
      .run(2 * DAY_MS);
    await ben.reopen();
    await vi.waitFor(() => {
      expect(parked(ben)).toEqual([]);
    });
    expect(await ben.texts('ada')).toEqual(['hello', 'damaged on the way']);
  });
});

describe('a message that is removed', () => {
  it('leaves the log within seconds', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const messageId = await ada.send('ben', 'not for posterity');
    await ada.event('accepted', (event) => event.messageId === messageId);
    ada.database.write.exec(`UPDATE messages SET delivery = 'failed' WHERE body = 'not for posterity'`);
    expect(statSync(`${ada.databasePath}-wal`).size).toBeGreaterThan(0);
    await ada.engine.request('messages.discard', { messageId });
    await vi.waitFor(
      () => {
        expect(statSync(`${ada.databasePath}-wal`).size).toBe(0);
      },
      { timeout: 20_000 },
    );
    expect(await ada.texts('ben')).toEqual(['hello']);
  });
});

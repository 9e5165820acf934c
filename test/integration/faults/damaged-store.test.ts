/** Disks that damage a store: while nobody looks, and under the engine's feet. */
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Person } from '../../support/engine/person.ts';
import { SessionProcess } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const PAGE_BYTES = 4096;

function session(dataFolder: string, relayUrl: string): SessionProcess {
  const process = new SessionProcess({ dataFolder, relayUrl, username: 'ben' });
  cleanup.add(() => process.kill());
  return process;
}

/** Overwrites every page but the first, as a failing disk may. */
function ruin(path: string): void {
  const file = openSync(path, 'r+');
  const size = statSync(path).size;
  for (let at = PAGE_BYTES; at < size; at += PAGE_BYTES)
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0x5a), 0, PAGE_BYTES, at);
  closeSync(file);
}

describe('a store that was damaged while it was closed', () => {
  it('is moved aside and told of; the next start is a new account, and the old username stays taken', async () => {
    const relay = await cleanup.relay();
    const folder = cleanup.folder();
    const before = session(folder, relay.url);
    const { accountId } = await before.ready();
    await before.quit();
    const database = join(folder, 'kith.db');
    ruin(database);
    const damaged = readFileSync(database);

    const told = session(folder, relay.url);
    const error = await told.waitFor((event) => event.event === 'error');
    expect(error).toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining('moved') as string,
    });
    expect(await told.exited).toBe(1);
    const aside = readdirSync(folder).find((name) => name.startsWith('kith.db.damaged-')) ?? '';
    expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);

    // The identity key was in that store: nobody, not even its owner, can take the name over.
    const same = session(folder, relay.url);
    expect(await same.waitFor((event) => event.event === 'error')).toMatchObject({ code: 'username-taken' });
    await same.exited;
    const other = new SessionProcess({ dataFolder: folder, relayUrl: relay.url, username: 'ben2' });
    cleanup.add(() => other.kill());
    const ready = await other.ready();
    expect(ready['accountId']).not.toBe(accountId);
    await other.quit();
    expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);
  });
});

describe('a store that is damaged while it is open', () => {
  it('ends in typed errors and not in a crash; afterwards it is moved aside', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const folder = cleanup.folder();
    const first = session(folder, relay.url);
    await first.ready();
    // Moves everything from the log into the database.
    await first.quit();
    const ben = session(folder, relay.url);
    await ben.ready();
    for (let i = 0; i < 30; i++) await ada.send('ben', `${String(i)} ${'long '.repeat(2_000)}`);
    await ben.waitFor((event) => event.event === 'message' && String(event['text']).startsWith('29 '));
    // Everything is in the log or in the cache of a process that runs: both go.
    const database = join(folder, 'kith.db');
    ruin(database);
    writeFileSync(`${database}-wal`, Buffer.alloc(statSync(`${database}-wal`).size, 0x5a));
    let answer = await ben.ask({ op: 'history', with: 'ada', limit: 30 });
    for (let i = 0; i < 200 && answer.event !== 'error'; i++) {
      answer = await ben.ask({ op: 'send', to: 'ada', text: `${String(i)} ${'more '.repeat(5_000)}` });
    }
    expect(answer).toMatchObject({ event: 'error', code: 'store-corrupt' });
    await ada.send('ben', 'is anybody there?');
    // It goes on answering.
    for (const op of ['status', 'conversations']) {
      expect(['error', op]).toContain((await ben.ask({ op })).event);
    }
    ben.operate({ op: 'quit' });
    await ben.exited;
    const next = session(folder, relay.url);
    expect(await next.waitFor((event) => event.event === 'error')).toMatchObject({ code: 'store-corrupt' });
    await next.exited;
    expect(readdirSync(folder).some((name) => name.startsWith('kith.db.damaged-'))).toBe(true);
  });
});

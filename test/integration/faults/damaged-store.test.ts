/** Disks that damage a store: while nobody looks, and under the engine's feet. */
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Person } from '../../support/engine/person.ts';
import { startRelayProcess } from '../../support/processes/relay-process.ts';
import { SessionProcess } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const PAGE_BYTES = 4096;

function session(dataFolder: string, relayUrl: string, username = 'ben'): SessionProcess {
  const process = new SessionProcess({ dataFolder, relayUrl, username });
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

const texts = (process: SessionProcess): readonly unknown[] =>
  process.events.filter((event) => event.event === 'message').map((event) => event['text']);

async function hears(process: SessionProcess, text: string): Promise<void> {
  await process.waitFor((event) => event.event === 'message' && event['text'] === text);
}

describe('a store that was damaged while it was closed', () => {
  it('costs the history and not the account: name, waiting mail and conversations go on', async () => {
    const relay = await startRelayProcess(cleanup.folder());
    cleanup.add(() => relay.kill());
    const [adaFolder, benFolder] = [cleanup.folder(), cleanup.folder()];
    const ada = session(adaFolder, relay.url, 'ada');
    await ada.ready();
    const before = session(benFolder, relay.url);
    const { accountId } = await before.ready();
    await ada.ask({ op: 'send', to: 'ben', text: 'hello' });
    await hears(before, 'hello');
    await before.ask({ op: 'send', to: 'ada', text: 'hello yourself' });
    await hears(ada, 'hello yourself');
    await before.quit();

    const waiting = ['one', 'two', 'three'];
    for (const text of waiting) {
      const { messageId } = await ada.ask({ op: 'send', to: 'ben', text });
      await ada.waitFor((event) => event.event === 'accepted' && event['messageId'] === messageId);
    }
    ruin(join(benFolder, 'kith.db'));
    const damaged = readFileSync(join(benFolder, 'kith.db'));

    const after = session(benFolder, relay.url);
    const recovered = await after.waitFor((event) => event.event === 'recovered');
    expect(await after.ready()).toMatchObject({ username: 'ben', accountId });
    const movedTo = String(recovered['movedTo']);
    expect(recovered['message']).toContain(movedTo);
    expect(readFileSync(movedTo).equals(damaged)).toBe(true);
    for (const text of waiting) await hears(after, text);

    // Both write on, the sender who knew the former installation first.
    await ada.ask({ op: 'send', to: 'ben', text: 'are you back?' });
    await hears(after, 'are you back?');
    await after.ask({ op: 'send', to: 'ada', text: 'I am' });
    await hears(ada, 'I am');
    expect([...texts(after)].sort()).toEqual([...waiting, 'are you back?'].sort());
    const { messages } = (await after.ask({ op: 'history', with: 'ada', limit: 50 })) as unknown as {
      messages: readonly { text: string }[];
    };
    expect(messages.map((message) => message.text)).toEqual([...waiting, 'are you back?', 'I am']);
    await after.quit();

    // It is told once, and the store that took the place is an ordinary one.
    const again = session(benFolder, relay.url);
    expect(await again.ready()).toMatchObject({ accountId });
    await ada.ask({ op: 'send', to: 'ben', text: 'and again?' });
    await hears(again, 'and again?');
    expect(again.events.some((event) => event.event === 'recovered')).toBe(false);
    expect(texts(again)).toEqual(['and again?']);
    expect(texts(ada)).toEqual(['hello yourself', 'I am']);
    await Promise.all([again.quit(), ada.quit()]);
  });

  it('keeps the account also when it happens again, and when the file is not there at all', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const folder = cleanup.folder();
    let ben = session(folder, relay.url);
    const { accountId } = await ben.ready();
    const losses = [
      () => {
        ruin(join(folder, 'kith.db'));
      },
      () => {
        ruin(join(folder, 'kith.db'));
      },
      () => {
        rmSync(join(folder, 'kith.db'));
      },
    ];
    for (const [index, lose] of losses.entries()) {
      await ben.quit();
      lose();
      ben = session(folder, relay.url);
      expect(await ben.ready()).toMatchObject({ accountId });
      await ben.ask({ op: 'send', to: 'ada', text: `life ${String(index)}` });
      await ada.received(`life ${String(index)}`);
      await ben.ask({ op: 'send', to: 'ada', text: `life ${String(index)}, second text` });
      await ada.received(`life ${String(index)}, second text`);
      const reply = await ada.send('ben', `reply ${String(index)}`);
      await hears(ben, `reply ${String(index)}`);
      await ada.event('accepted', (event) => event.messageId === reply);
    }
    const received = (await ada.messages('ben')).filter((message) => !message.isOwn);
    expect(received.filter((message) => message.isSuspicious)).toEqual([]);
    // Each life begins with a profile, so its texts continue a chain of its own.
    const verdicts = await Promise.all(
      received.map(
        async ({ messageId }) =>
          (await ada.engine.request('messages.details', { messageId })).integrity.chain,
      ),
    );
    expect(verdicts).toEqual(Array.from({ length: 6 }, () => 'continues'));
    expect((await ada.conversation('ben')).peer.identity).toBe('unverified');
    await ben.quit();
  });

  it('with its copy of the identity costs the account: that is told, and the old username stays taken', async () => {
    const relay = await cleanup.relay();
    const folder = cleanup.folder();
    const before = session(folder, relay.url);
    const { accountId } = await before.ready();
    await before.quit();
    const copy = readFileSync(join(folder, 'identity.bin')).fill(0x5a, 30, 40);
    writeFileSync(join(folder, 'identity.bin'), copy);
    ruin(join(folder, 'kith.db'));
    const damaged = readFileSync(join(folder, 'kith.db'));

    const told = session(folder, relay.url);
    const error = await told.waitFor((event) => event.event === 'error');
    expect(error).toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining('moved') as string,
    });
    expect(await told.exited).toBe(1);
    const aside = readdirSync(folder).find((name) => name.startsWith('kith.db.damaged-')) ?? '';
    expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);

    // The identity key is in neither file: nobody, not even its owner, can take the name over.
    const same = session(folder, relay.url);
    expect(await same.waitFor((event) => event.event === 'error')).toMatchObject({ code: 'username-taken' });
    await same.exited;
    const other = session(folder, relay.url, 'ben2');
    const ready = await other.ready();
    expect(ready['accountId']).not.toBe(accountId);
    await other.quit();
    expect(readFileSync(join(folder, aside)).equals(damaged)).toBe(true);
    // Nor is the damaged copy overwritten by the one of the new account.
    const kept = readdirSync(folder).find((name) => name.startsWith('identity.bin.unreadable-')) ?? '';
    expect(readFileSync(join(folder, kept)).equals(copy)).toBe(true);
  });
});

describe('a store that is damaged while it is open', () => {
  it('ends in typed errors and not in a crash; afterwards it is moved aside and replaced', async () => {
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
    await next.waitFor((event) => event.event === 'recovered');
    await hears(next, 'is anybody there?');
    await next.quit();
    expect(readdirSync(folder).some((name) => name.startsWith('kith.db.damaged-'))).toBe(true);
  });
});

/** A client whose disk is really full: it says so, lives, and goes on when there is space. */
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKeyFile } from '../../../src-main/engine/store/key-file.ts';
import { mountSmallDisk } from '../../support/faults/small-disk.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { SessionProcess } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const DISK_BYTES = 8 * 1024 * 1024;
const LONG = 'z'.repeat(30_000);

describe('a full disk', () => {
  it('refuses what is said with a reason, loses nothing that came, and is forgotten when there is space', async (context) => {
    const disk = mountSmallDisk(cleanup, DISK_BYTES);
    if ('reason' in disk) {
      context.skip(disk.reason);
      return;
    }
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url, { ben: { folder: disk.folder } });
    disk.fill();
    const roomId = await ben.room('ada');
    // What fits into the rest of the log's last page may still go through.
    let code = '';
    const said: string[] = [];
    for (let i = 0; code === ''; i++) {
      try {
        await ben.engine.request('messages.send', { roomId, text: `${String(i)} ${LONG}` });
        said.push(`${String(i)} ${LONG}`);
      } catch (error) {
        code = (error as { code: string }).code;
      }
    }
    expect(code).toBe('disk-full');
    expect((await ben.texts('ada')).slice(1)).toEqual(said);
    const sent = await Promise.all(
      Array.from({ length: 5 }, (_, i) => ada.send('ben', `while it was full ${String(i)} ${LONG}`)),
    );
    await ada.event('accepted', (event) => event.messageId === sent.at(-1));
    // The engine is alive: it answers, and settings that cannot be stored are refused with the same reason.
    await expect(ben.engine.request('conversations.setDraft', { roomId, text: LONG })).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect((await ben.engine.request('account.get', {}))?.username).toBe('ben');

    disk.free();
    for (const messageId of sent) await ada.receipt(messageId, 'delivered');
    expect((await ben.texts('ada')).filter((text) => text.startsWith('while'))).toHaveLength(5);
    const after = await ben.send('ada', 'there is space again');
    await ada.received('there is space again');
    await ben.receipt(after, 'delivered');
    for (const text of said) await ada.received(text);
    await ben.reopen();
    expect((await ben.engine.request('diagnostics.get', {})).parked).toMatchObject({
      waiting: 0,
      'given-up': 0,
    });
  });

  it('lets an engine close, and open again with everything that was stored', async (context) => {
    const disk = mountSmallDisk(cleanup, DISK_BYTES);
    if ('reason' in disk) {
      context.skip(disk.reason);
      return;
    }
    const relay = await cleanup.relay();
    const [, ben] = await acquaintances(cleanup, relay.url, { ben: { folder: disk.folder } });
    disk.fill();
    await ben.close();
    disk.free();
    ben.open();
    expect(await ben.texts('ada')).toEqual(['hello']);
  });

  it('stops a new store from being made, with words, and leaves no key file that opens nothing', async (context) => {
    const disk = mountSmallDisk(cleanup, DISK_BYTES);
    if ('reason' in disk) {
      context.skip(disk.reason);
      return;
    }
    disk.fill();
    expect(statfsSync(disk.folder).bavail).toBe(0);
    const path = join(disk.folder, 'keys.json');
    const passphrase = { by: 'passphrase', passphrase: 'x' } as const;
    await expect(createKeyFile(path, passphrase)).rejects.toMatchObject({ code: 'disk-full' });
    const nobody = new Person({ username: 'nobody', folder: disk.folder });
    expect(() => {
      nobody.open();
    }).toThrow(expect.objectContaining({ name: 'KithError', code: 'disk-full' }));
    disk.free();
    await createKeyFile(path, passphrase);
  });

  it('does not end a session process', async (context) => {
    const disk = mountSmallDisk(cleanup, DISK_BYTES);
    if ('reason' in disk) {
      context.skip(disk.reason);
      return;
    }
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const ben = new SessionProcess({ dataFolder: disk.folder, relayUrl: relay.url, username: 'ben' });
    cleanup.add(() => ben.kill());
    await ben.ready();
    await ada.send('ben', 'hello');
    await ben.waitFor((event) => event.event === 'message');
    disk.fill();
    let answer = await ben.ask({ op: 'send', to: 'ada', text: LONG });
    while (answer.event === 'queued') answer = await ben.ask({ op: 'send', to: 'ada', text: LONG });
    expect(answer).toMatchObject({ event: 'error', code: 'disk-full' });
    const messageId = await ada.send('ben', `for later ${LONG}`);
    expect(await ben.ask({ op: 'history', with: 'ada' })).toMatchObject({ event: 'history' });
    disk.free();
    await vi.waitFor(
      async () => {
        expect(await ben.ask({ op: 'accept', from: 'ada' })).toMatchObject({ event: 'done' });
      },
      { timeout: 10_000 },
    );
    await ada.receipt(messageId, 'delivered');
    await ben.quit();
  });
});

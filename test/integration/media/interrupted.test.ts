/** Large files between processes that are killed and lines that are cut: what arrives is what was sent. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FaultyLine } from '../../support/processes/faulty-line.ts';
import { startRelayProcess, type RelayProcess } from '../../support/processes/relay-process.ts';
import { SessionProcess, type SessionEvent } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const MIB = 1024 * 1024;
const SIZE = 64 * MIB;
const PATIENCE = { timeout: 180_000 };

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface World {
  readonly relayFolder: string;
  relay: RelayProcess;
  readonly line: FaultyLine;
  readonly folders: Readonly<Record<'ada' | 'ben', string>>;
  readonly source: string;
  readonly target: string;
}

/** Two acquaintances, each a process, at a relay that is one, and a file. */
async function world(size = SIZE): Promise<World & { ada: SessionProcess; ben: SessionProcess }> {
  const relayFolder = cleanup.folder();
  const relay = await startRelayProcess(relayFolder);
  const line = await FaultyLine.open(() => relay.port);
  cleanup.add(() => line.close());
  const folder = cleanup.folder();
  const source = join(folder, 'large.bin');
  writeFileSync(source, size > SIZE ? '' : randomBytes(size));
  truncateSync(source, size);
  const built: World = {
    relayFolder,
    relay,
    line,
    folders: { ada: cleanup.folder(), ben: cleanup.folder() },
    source,
    target: join(folder, 'saved.bin'),
  };
  cleanup.add(() => built.relay.kill());
  const [ada, ben] = [await session(built, 'ada'), await session(built, 'ben')];
  await ada.ask({ op: 'send', to: 'ben', text: 'hello' });
  await ben.waitFor((event) => event.event === 'message');
  await ben.ask({ op: 'accept', from: 'ada' });
  return Object.assign(built, { ada, ben });
}

async function session(built: World, username: 'ada' | 'ben'): Promise<SessionProcess> {
  const process = new SessionProcess({
    dataFolder: built.folders[username],
    relayUrl: built.line.url,
    username,
  });
  cleanup.add(() => process.kill());
  await process.ready();
  return process;
}

const isFile = (event: SessionEvent): boolean =>
  event.event === 'message' && event['attachments'] !== undefined;
const fileIdOf = (event: SessionEvent): string =>
  (event['attachments'] as { fileId: string }[])[0]?.fileId ?? '';

/** The transfer has begun and is far from its end. */
const inTheMiddle =
  (direction: string) =>
  (event: SessionEvent): boolean =>
    event.event === 'transfer' &&
    event['direction'] === direction &&
    event['state'] === 'running' &&
    Number(event['bytes']) > 2 * MIB &&
    Number(event['bytes']) < Number(event['size']) / 2;

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function saved(ben: SessionProcess, built: World, message: SessionEvent): Promise<void> {
  const answer = await ben.ask({ op: 'download', fileId: fileIdOf(message), path: built.target });
  expect(answer).toMatchObject({ event: 'downloaded', path: built.target });
  expect(await digest(built.target)).toBe(await digest(built.source));
}

describe('a file of 64 MiB arrives whole', () => {
  it(
    'though its sender is killed in the middle of the upload, and goes on where it was',
    PATIENCE,
    async () => {
      const built = await world();
      const middle = built.ada.next(inTheMiddle('up'));
      await built.ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'large' });
      await middle;
      await built.ada.kill();
      const ada = await session(built, 'ada');
      const first = await ada.waitFor((event) => event.event === 'transfer' && event['state'] === 'running');
      expect(first['bytes']).toBeGreaterThan(0);
      await saved(built.ben, built, await built.ben.waitFor(isFile));
    },
  );

  it(
    'though its recipient is killed in the middle of the download, and goes on where it was',
    PATIENCE,
    async () => {
      const built = await world();
      await built.ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'large' });
      const message = await built.ben.waitFor(isFile);
      const middle = built.ben.next(inTheMiddle('down'));
      built.ben.operate({ op: 'download', fileId: fileIdOf(message), path: built.target });
      await middle;
      await built.ben.kill();
      const ben = await session(built, 'ben');
      const first = await ben.waitFor((event) => event.event === 'transfer' && event['state'] === 'running');
      expect(first['bytes']).toBeGreaterThan(0);
      await saved(ben, built, message);
    },
  );

  it('though the relay is killed in the middle of the upload', PATIENCE, async () => {
    const built = await world();
    const middle = built.ada.next(inTheMiddle('up'));
    await built.ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'large' });
    await middle;
    await built.relay.kill();
    built.relay = await startRelayProcess(built.relayFolder, built.relay.port);
    await saved(built.ben, built, await built.ben.waitFor(isFile));
  });

  it('though every line is cut more than once', PATIENCE, async () => {
    const built = await world();
    let cuts = 0;
    const cutAt = (event: SessionEvent): void => {
      if (event.event !== 'transfer' || event['state'] !== 'running') return;
      if (Number(event['bytes']) < (cuts + 1) * 8 * MIB || cuts >= 2) return;
      cuts += 1;
      built.line.cut();
    };
    built.ada.onEvent = cutAt;
    await built.ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'large' });
    const message = await built.ben.waitFor(isFile);
    expect(cuts).toBe(2);
    cuts = 0;
    built.ben.onEvent = cutAt;
    await saved(built.ben, built, message);
    expect(cuts).toBe(2);
  });
});

describe('a file of 512 MiB', () => {
  it.runIf(process.platform === 'linux')('is never held in memory', PATIENCE, async () => {
    const built = await world(512 * MIB);
    const peak = (pid: number): number =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
    const pids = { sender: built.ada.pid, recipient: built.ben.pid, relay: built.relay.pid };
    const before = Object.entries(pids).map(([who, pid]) => `${who} ${peak(pid).toFixed(0)}`);
    await built.ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'sparse' });
    await saved(built.ben, built, await built.ben.waitFor(isFile));
    const after = Object.entries(pids).map(([who, pid]) => `${who} ${peak(pid).toFixed(0)}`);
    console.log(`largest memory in MiB, before: ${before.join(', ')}; after: ${after.join(', ')}`);
    for (const pid of Object.values(pids)) expect(peak(pid)).toBeLessThan(400);
  });
});

describe('operations of the command line', () => {
  it('tell what they did, and refuse what they cannot do', PATIENCE, async () => {
    const built = await world(1000);
    const { ada, ben } = built;
    const queued = await ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'small' });
    expect(queued).toMatchObject({ event: 'queued', attachments: [{ name: 'large.bin', size: 1000 }] });
    const message = await ben.waitFor(isFile);
    expect(message).toMatchObject({
      text: 'small',
      attachments: [{ name: 'large.bin', type: 'application/octet-stream', size: 1000 }],
    });
    const fileId = fileIdOf(message);
    await saved(ben, built, message);
    expect(await ben.ask({ op: 'download', fileId, path: built.target })).toMatchObject({
      event: 'error',
      code: 'file-exists',
    });
    const over = await ben.ask({ op: 'download', fileId, path: built.target, overwrite: true });
    expect(over).toMatchObject({ event: 'downloaded' });
    expect(await ben.ask({ op: 'storage' })).toMatchObject({
      totalBytes: 1000,
      rooms: [{ with: 'ada', bytes: 1000, files: 1 }],
    });
    expect(await ben.ask({ op: 'clean-up', with: 'ada' })).toMatchObject({
      event: 'cleaned-up',
      freedBytes: 1000,
    });
    expect(readdirSync(join(built.folders.ben, 'files'))).toEqual([]);
    expect(await ada.ask({ op: 'attach', to: 'ben', path: '/nowhere/at/all' })).toMatchObject({
      event: 'error',
      code: 'file-unreadable',
    });
    expect(await ada.ask({ op: 'cancel', fileId })).toMatchObject({ event: 'error', code: 'not-found' });
    built.line.down();
    const stuck = await ada.ask({ op: 'attach', to: 'ben', path: built.source, text: 'never' });
    const stuckFile = fileIdOf(stuck);
    expect(await ada.ask({ op: 'cancel', fileId: stuckFile })).toMatchObject({ event: 'done', op: 'cancel' });
    const history = await ada.ask({ op: 'history', with: 'ben' });
    expect((history['messages'] as { text: string }[]).map(({ text }) => text)).toEqual(['hello', 'small']);
  });
});

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { startRelay } from '../../../src-relay/relay.ts';
import { DATABASE_FILE } from '../../../src-relay/storage/sqlite/sqlite-storage.ts';
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';
import { envelopeFor, makeDevice, registerDevice, sendAccepted } from '../../support/relay/devices.ts';
import { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup, runRelayCommand, spawnRelay, type RelayExit } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

function hash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function startOn(folder: string, ...more: string[]): Promise<RelayExit> {
  return runRelayCommand(['--json', '--port', '0', '--data', folder, ...more]).exited;
}

/** A data folder with an account and some mail, its relay stopped. */
async function usedFolder(): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = cleanup.folder();
  const relay = await startRelay({ dataDirectory: folder, port: 0 });
  const bob = makeDevice();
  const sender = await registerDevice(relay.url, makeDevice());
  await registerDevice(relay.url, bob);
  for (let sent = 0; sent < 50; sent += 1)
    await sendAccepted(sender, envelopeFor([bob], new Uint8Array(2000)));
  await relay.close();
  return { folder, file: join(folder, DATABASE_FILE) };
}

describe('kith-relay', () => {
  it('starts with no configuration and says where it listens in one JSON line', async () => {
    const folder = join(cleanup.folder(), 'made', 'on', 'the', 'way');
    const process = await spawnRelay(folder);
    expect(process.name).toMatch(/^kith-[0-9a-f]{8}$/);
    expect(parseJoinLink(process.joinLink)).toEqual({ relayUrl: process.url, relayName: process.name });
    const client = await RawClient.connect(process.url);
    expect(client.hello.relayName).toBe(process.name);
    process.kill('SIGINT');
    const exit = await process.exited;
    expect(exit.code).toBe(0);
    const again = await spawnRelay(folder);
    expect(again.name).toBe(process.name);
    again.kill('SIGTERM');
    await again.exited;
  });

  it('logs neither names nor account ids', async () => {
    const process = await spawnRelay(cleanup.folder(), ['--log-level', 'debug']);
    const device = makeDevice();
    const client = await registerDevice(process.url, device);
    client.socket.send('not a frame');
    await client.next('error');
    process.kill('SIGTERM');
    const { stderr } = await process.exited;
    expect(stderr).toContain('stopping');
    expect(stderr).not.toContain(device.username);
    expect(stderr).not.toContain(device.accountId);
  });

  it('refuses a data folder that another relay is using, and leaves that one alone', async () => {
    const folder = cleanup.folder();
    const first = await spawnRelay(folder);
    const exit = await startOn(folder);
    expect(exit.code).toBe(75);
    expect(exit.stderr).toMatch(/Another relay is using .*relay\.db/);
    await expect(startRelay({ dataDirectory: folder, port: 0 })).rejects.toMatchObject({
      code: 'store-in-use',
    });
    await registerDevice(first.url, makeDevice());
    first.kill('SIGKILL');
    await first.exited;
    // The lock went with its process.
    await cleanup.relay({ dataDirectory: folder });
  });

  it('refuses a second relay on one folder within a process, too', async () => {
    const { dataDirectory } = await cleanup.relay();
    await expect(startRelay({ dataDirectory, port: 0 })).rejects.toMatchObject({ code: 'store-in-use' });
  });

  it.each([
    ['header', 0, 100],
    ['schema', 100, 2000],
    ['tables', 20_000, 60_000],
  ])('refuses a database with a damaged %s in words, and does not touch it', async (_part, from, bytes) => {
    const { folder, file } = await usedFolder();
    expect(statSync(file).size).toBeGreaterThan(from + bytes);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(bytes, 0xa5), 0, bytes, from);
    closeSync(handle);
    const before = hash(file);
    const exit = await startOn(folder);
    expect(exit.code).toBe(65);
    expect(exit.stderr).toMatch(/database .* is damaged .* left as it is/);
    expect(hash(file)).toBe(before);
  });

  it('refuses a file that is no database, and a database of something else', async () => {
    const folder = cleanup.folder();
    writeFileSync(join(folder, DATABASE_FILE), 'these are my holiday notes\n'.repeat(100));
    const notes = hash(join(folder, DATABASE_FILE));
    expect((await startOn(folder)).code).toBe(65);
    expect(hash(join(folder, DATABASE_FILE))).toBe(notes);
    const other = cleanup.folder();
    const database = new SqliteDatabase(join(other, DATABASE_FILE));
    database.exec('CREATE TABLE recipes (name TEXT)');
    database.close();
    const recipes = hash(join(other, DATABASE_FILE));
    const exit = await startOn(other);
    expect(exit.code).toBe(65);
    expect(exit.stderr).toContain("is not a Kith relay's database");
    expect(hash(join(other, DATABASE_FILE))).toBe(recipes);
  });

  it('refuses data of a newer version', async () => {
    const { folder, file } = await usedFolder();
    const database = new SqliteDatabase(file);
    database.pragma('user_version = 99');
    database.close();
    const exit = await startOn(folder);
    expect(exit.code).toBe(65);
    expect(exit.stderr).toContain('newer version');
  });

  it('refuses to change the name that devices have pinned', async () => {
    const folder = cleanup.folder();
    const first = await spawnRelay(folder, ['--name', 'first-name']);
    expect(first.name).toBe('first-name');
    first.kill('SIGTERM');
    await first.exited;
    const exit = await startOn(folder, '--name', 'second-name');
    expect(exit.code).toBe(64);
    expect(exit.stderr).toContain('first-name');
  });

  it('says when its port is taken', async () => {
    const { url } = await cleanup.relay();
    const exit = await startOn(cleanup.folder(), '--port', new URL(url).port);
    expect(exit.code).toBe(64);
    expect(exit.stderr).toContain('is in use');
  });

  it.each([
    ['--port', '99999'],
    ['--mail-lifetime-days', '0'],
    ['--name', 'a b'],
    ['--public-url', 'ftp://example.org'],
    ['--registration', 'maybe'],
    ['--unknown', 'option'],
  ])('refuses %s %s with a hint', async (option, value) => {
    const exit = await startOn(cleanup.folder(), option, value);
    expect(exit.code).toBe(1);
    expect(exit.stderr).toMatch(/^error: /);
  });
});

/** The sealed copy of the identity beside a real store. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src-main/engine/engine.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { openProfile } from '../../../src-main/engine/open-profile.ts';
import { openDataFolder, type DataFolder } from '../../../src-main/engine/store/data-folder.ts';
import { identityCopyKey, openIdentity } from '../../../src-main/engine/store/identity-copy.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const key = new Uint8Array(randomBytes(32));

function profile(folder?: DataFolder): { folder: DataFolder; engine: Engine } {
  const at = folder ?? openDataFolder(cleanup.folder());
  if (folder === undefined) {
    cleanup.add(() => {
      at.release();
    });
  }
  const engine = openProfile(at, key, silentLogger);
  cleanup.add(() => engine.close());
  return { folder: at, engine };
}

const copy = (folder: DataFolder) => openIdentity(readFileSync(folder.identityPath), identityCopyKey(key));

describe('the copy of the identity', () => {
  it('follows the account: asked for, registered, renamed', async () => {
    const relay = await cleanup.relay();
    const { folder, engine } = profile();
    expect(existsSync(folder.identityPath)).toBe(false);
    const wish = { relay: 'http://127.0.0.1:1', username: 'ada' };
    await expect(engine.request('account.register', wish)).rejects.toThrow();
    expect(copy(folder)).toMatchObject({
      state: 'pending',
      username: 'ada',
      relayName: null,
      relayUrl: wish.relay,
    });
    const pending = copy(folder);
    await engine.request('account.register', { relay: relay.url, username: 'ada.b', displayName: 'Ada' });
    expect(copy(folder)).toEqual({
      ...pending,
      state: 'registered',
      username: 'ada.b',
      displayName: 'Ada',
      relayUrl: relay.url,
      relayName: relay.name,
    });
    await engine.request('account.setDisplayName', { displayName: 'Countess' });
    expect(copy(folder).displayName).toBe('Countess');
    const bytes = readFileSync(folder.identityPath);
    await engine.close();
    const again = profile(folder);
    await again.engine.request('account.get', {});
    // Nothing changed, so nothing was written.
    expect(readFileSync(folder.identityPath).equals(bytes)).toBe(true);
  });

  it('is made again where it is missing or damaged', async () => {
    const relay = await cleanup.relay();
    const { folder, engine } = profile();
    await engine.request('account.register', { relay: relay.url, username: 'ada' });
    await engine.close();
    const whole = copy(folder);
    writeFileSync(folder.identityPath, 'nonsense');
    const next = profile(folder);
    expect(copy(folder)).toEqual(whole);
    expect(readFileSync(`${folder.identityPath}.unreadable-${whole.accountId}`, 'utf8')).toBe('nonsense');
    await next.engine.close();
  });

  it('that cannot be written costs nothing but the copy, and is written once it can be', async () => {
    const relay = await cleanup.relay();
    const { folder, engine } = profile();
    // In the way of the file that is written first.
    mkdirSync(`${folder.identityPath}.next`);
    await engine.request('account.register', { relay: relay.url, username: 'ada' });
    expect(existsSync(folder.identityPath)).toBe(false);
    rmdirSync(`${folder.identityPath}.next`);
    await engine.request('account.setDisplayName', { displayName: 'Ada' });
    expect(copy(folder)).toMatchObject({ username: 'ada', displayName: 'Ada', state: 'registered' });
  });
});

describe('a store', () => {
  it('stands without its log once the account is registered', async () => {
    const relay = await cleanup.relay();
    const { folder, engine } = profile();
    // The schema is in the database before anything else happens.
    expect(readFileSync(`${folder.databasePath}-wal`)).toHaveLength(0);
    const account = await engine.request('account.register', { relay: relay.url, username: 'ada' });
    const other = openDataFolder(cleanup.folder());
    cleanup.add(() => {
      other.release();
    });
    // What a crash leaves when the log is lost with it; without the copy, which would mend it.
    writeFileSync(other.databasePath, readFileSync(folder.databasePath));
    const { engine: alone } = profile(other);
    expect(await alone.request('account.get', {})).toEqual(account);
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KithError } from '../../../src-shared/errors.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { AppStateHolder } from '../../../src-main/shell/app-state/app-state.ts';
import type { SystemKeychain } from '../../../src-main/shell/store/keychain.ts';
import { StoreSession } from '../../../src-main/shell/store/store-session.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kith-store-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A keychain that holds one secret; another secret is a keychain that was reset. */
function keychainOf(secret: string): SystemKeychain {
  return {
    backend: 'test',
    wantsRewrapping: false,
    encrypt: (text) => Promise.resolve(Buffer.from(`${secret}:${text}`)),
    decrypt(sealed) {
      const text = Buffer.from(sealed).toString();
      return text.startsWith(`${secret}:`)
        ? Promise.resolve(text.slice(secret.length + 1))
        : Promise.reject(new Error('not my key'));
    },
  };
}

/** One start of the app on the folder. `keys` collects what reached the engine. */
function start(keychain: SystemKeychain | null, engineFails?: KithError) {
  const keys: string[] = [];
  const appState = new AppStateHolder(() => undefined);
  const session = new StoreSession({
    profileFolder: join(root, 'profile'),
    keychain: Promise.resolve(keychain),
    openEngine(key) {
      keys.push(Buffer.from(key).toString('hex'));
      return engineFails === undefined ? Promise.resolve(null) : Promise.reject(engineFails);
    },
    appState,
    log: silentLogger,
  });
  return { session, appState, keys };
}

describe('with a passphrase', () => {
  test('a store is made, locked at the next start, and opened with the same key', async () => {
    const first = start(null);
    await first.session.begin();
    expect(first.appState.state).toEqual({ phase: 'new', protection: 'passphrase' });
    const { recoveryKey } = await first.session.create({ passphrase: 'correct horse' });
    expect(recoveryKey).toMatch(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
    expect(first.appState.state.phase).toBe('open');

    const second = start(null);
    await second.session.begin();
    expect(second.appState.state).toEqual({ phase: 'locked', by: 'passphrase' });
    await expect(second.session.unlock({ by: 'passphrase', passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'wrong-passphrase',
    });
    expect(second.appState.state.phase).toBe('locked');
    await second.session.unlock({ by: 'passphrase', passphrase: 'correct horse' });
    expect(second.appState.state.phase).toBe('open');
    expect(second.keys).toEqual(first.keys);
  });

  test('the recovery key opens it and sets a new passphrase; without a new one it refuses', async () => {
    const first = start(null);
    await first.session.begin();
    const { recoveryKey } = await first.session.create({ passphrase: 'forgotten' });

    const second = start(null);
    await second.session.begin();
    await expect(second.session.unlock({ by: 'recovery-key', recoveryKey })).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await second.session.unlock({ by: 'recovery-key', recoveryKey, newPassphrase: 'remembered' });

    const third = start(null);
    await third.session.begin();
    await third.session.unlock({ by: 'passphrase', passphrase: 'remembered' });
    expect(third.keys).toEqual(first.keys);
  });

  test('without one, nothing is made', async () => {
    const { session, keys } = start(null);
    await session.begin();
    await expect(session.create({})).rejects.toMatchObject({ code: 'invalid-request' });
    expect(keys).toEqual([]);
    expect(existsSync(join(root, 'profile', 'keys.json'))).toBe(false);
  });
});

describe('with a keychain', () => {
  test('a store opens by itself', async () => {
    const first = start(keychainOf('a'));
    await first.session.begin();
    expect(first.appState.state).toEqual({ phase: 'new', protection: 'keychain' });
    await first.session.create({});
    const second = start(keychainOf('a'));
    await second.session.begin();
    expect(second.appState.state.phase).toBe('open');
    expect(second.keys).toEqual(first.keys);
  });

  test.each([['reset', keychainOf('b')] as const, ['gone', null] as const])(
    'that is %s, the recovery key opens it',
    async (_what, changed) => {
      const first = start(keychainOf('a'));
      await first.session.begin();
      const { recoveryKey } = await first.session.create({});

      const second = start(changed);
      await second.session.begin();
      expect(second.appState.state).toEqual({ phase: 'locked', by: 'keychain-changed' });
      await second.session.unlock({ by: 'recovery-key', recoveryKey, newPassphrase: 'a new one' });

      const third = start(changed);
      await third.session.begin();
      expect(third.appState.state).toEqual({ phase: 'locked', by: 'passphrase' });
      await third.session.unlock({ by: 'passphrase', passphrase: 'a new one' });
      expect(third.keys).toEqual(first.keys);
    },
  );
});

describe('when it goes wrong', () => {
  test('a store that does not open after unlocking makes the app fail with the reason', async () => {
    const first = start(null);
    await first.session.begin();
    await first.session.create({ passphrase: 'correct horse' });
    const damaged = new KithError('store-corrupt', 'moved to there');
    const second = start(null, damaged);
    await second.session.begin();
    await expect(second.session.unlock({ by: 'passphrase', passphrase: 'correct horse' })).rejects.toBe(
      damaged,
    );
    expect(second.appState.state).toEqual({
      phase: 'failed',
      error: { code: 'store-corrupt', message: 'moved to there' },
    });
  });

  test('a store that could not be opened when it was made can be made again', async () => {
    const first = start(null, new KithError('disk-full', 'The disk is full.'));
    await first.session.begin();
    await expect(first.session.create({ passphrase: 'correct horse' })).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(first.appState.state.phase).toBe('new');
    const second = start(null);
    await second.session.begin();
    expect(second.appState.state.phase).toBe('new');
  });

  test('damaged wrappings are told, and nothing is written over them', async () => {
    const first = start(null);
    await first.session.begin();
    await first.session.create({ passphrase: 'correct horse' });
    writeFileSync(join(root, 'profile', 'keys.json'), '{"version":1');
    const second = start(null);
    await second.session.begin();
    expect(second.appState.state).toMatchObject({ phase: 'failed', error: { code: 'store-corrupt' } });
    await expect(second.session.create({ passphrase: 'x' })).rejects.toMatchObject({ code: 'store-exists' });
  });

  test('two at once: the second is refused', async () => {
    const { session } = start(null);
    await session.begin();
    const first = session.create({ passphrase: 'correct horse' });
    await expect(session.create({ passphrase: 'other' })).rejects.toMatchObject({ code: 'invalid-request' });
    await first;
  });
});

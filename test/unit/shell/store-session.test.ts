import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    expect(second.appState.state).toEqual({
      phase: 'locked',
      by: 'passphrase',
      recovery: 'possible',
      newProtection: 'passphrase',
    });
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
      expect(second.appState.state).toEqual({
        phase: 'locked',
        by: 'keychain-changed',
        recovery: 'possible',
        newProtection: changed === null ? 'passphrase' : 'keychain',
      });
      await second.session.unlock({ by: 'recovery-key', recoveryKey, newPassphrase: 'a new one' });

      const third = start(changed);
      await third.session.begin();
      expect(third.appState.state).toMatchObject({ phase: 'locked', by: 'passphrase' });
      await third.session.unlock({ by: 'passphrase', passphrase: 'a new one' });
      expect(third.keys).toEqual(first.keys);
    },
  );
});

describe('the recovery key', () => {
  const passphrase = 'correct horse';
  const opened = async (keychain: SystemKeychain | null) => {
    const run = start(keychain);
    await run.session.begin();
    if (run.appState.state.phase === 'locked') await run.session.unlock({ by: 'passphrase', passphrase });
    return run;
  };
  const recoveryOf = ({ appState: { state } }: ReturnType<typeof start>) =>
    state.phase === 'open' ? state.recoveryKey : state.phase;

  test.each([['a passphrase', null, { passphrase }] as const, ['a keychain', keychainOf('a'), {}] as const])(
    'that was not confirmed is followed by another at the next start, by %s',
    async (_what, keychain, protection) => {
      const first = await opened(keychain);
      const { recoveryKey } = await first.session.create(protection);
      expect(recoveryOf(first)).toBe('to-write-down');
      expect(first.session.recoveryKey).toBe(recoveryKey);

      const second = await opened(keychain);
      expect(recoveryOf(second)).toBe('to-write-down');
      const another = second.session.recoveryKey;
      expect(another).not.toBe(recoveryKey);
      await second.session.confirmRecoveryKey();
      expect(recoveryOf(second)).toBe('confirmed');
      expect(second.session.recoveryKey).toBeNull();
      await expect(second.session.confirmRecoveryKey()).rejects.toMatchObject({ code: 'invalid-request' });

      expect(recoveryOf(await opened(keychain))).toBe('confirmed');
      const lost = start(keychainOf('b'));
      await lost.session.begin();
      await expect(
        lost.session.unlock({ by: 'recovery-key', recoveryKey, newPassphrase: 'x' }),
      ).rejects.toMatchObject({ code: 'wrong-passphrase' });
      await lost.session.unlock({ by: 'recovery-key', recoveryKey: another ?? '', newPassphrase: 'x' });
      expect(lost.keys).toEqual(first.keys);
    },
  );

  test('that somebody types needs no other confirmation', async () => {
    const first = await opened(null);
    const { recoveryKey } = await first.session.create({ passphrase });
    const second = start(null);
    await second.session.begin();
    await second.session.unlock({ by: 'recovery-key', recoveryKey, newPassphrase: passphrase });
    expect(recoveryOf(second)).toBe('confirmed');
  });

  test('is made anew with the passphrase, and the old one works until the new one is confirmed', async () => {
    const first = await opened(null);
    const { recoveryKey } = await first.session.create({ passphrase });
    await first.session.confirmRecoveryKey();
    for (const params of [{}, { passphrase: 'wrong' }]) {
      await expect(first.session.renewRecoveryKey(params)).rejects.toThrow(KithError);
    }
    const renewed = await first.session.renewRecoveryKey({ passphrase });
    expect(renewed.recoveryKey).not.toBe(recoveryKey);
    // It came as an answer, to whoever gave the passphrase, and to nobody else.
    expect(first.session.recoveryKey).toBeNull();
    const way = { by: 'recovery-key', recoveryKey, newPassphrase: passphrase } as const;
    const between = start(null);
    await between.session.begin();
    await between.session.unlock(way);

    await first.session.confirmRecoveryKey();
    const after = start(null);
    await after.session.begin();
    await expect(after.session.unlock(way)).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await after.session.unlock({ ...way, recoveryKey: renewed.recoveryKey });
    expect(after.keys).toEqual(first.keys);
  });

  test('is not made before the store is open', async () => {
    const { session } = start(keychainOf('a'));
    await session.begin();
    await expect(session.renewRecoveryKey({})).rejects.toMatchObject({ code: 'store-locked' });
    await expect(session.changePassphrase({ current: 'a', next: 'b' })).rejects.toMatchObject({
      code: 'store-locked',
    });
  });
});

describe('the passphrase', () => {
  test('is changed by whoever knows it', async () => {
    const first = start(null);
    await first.session.begin();
    await first.session.create({ passphrase: 'before' });
    await expect(first.session.changePassphrase({ current: 'guess', next: 'mine' })).rejects.toMatchObject({
      code: 'wrong-passphrase',
    });
    await first.session.changePassphrase({ current: 'before', next: 'after' });

    const second = start(null);
    await second.session.begin();
    await expect(second.session.unlock({ by: 'passphrase', passphrase: 'before' })).rejects.toMatchObject({
      code: 'wrong-passphrase',
    });
    await second.session.unlock({ by: 'passphrase', passphrase: 'after' });
    expect(second.keys).toEqual(first.keys);
  });

  test('is nothing that a keychain knows of', async () => {
    const { session } = start(keychainOf('a'));
    await session.begin();
    await session.create({});
    await expect(session.changePassphrase({ current: 'a', next: 'b' })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});

describe('when it goes wrong', () => {
  test('what failed is tried again, as at the start', async () => {
    const first = start(null);
    await first.session.begin();
    await first.session.create({ passphrase: 'correct horse' });
    const path = join(root, 'profile', 'keys.json');
    const whole = readFileSync(path);
    writeFileSync(path, '{"version":1');
    const second = start(null);
    await second.session.begin();
    await second.session.retry();
    expect(second.appState.state.phase).toBe('failed');
    // A backup was put back.
    writeFileSync(path, whole);
    await second.session.retry();
    expect(second.appState.state.phase).toBe('locked');
    // Nothing failed now: there is nothing to try again.
    await second.session.retry();
    expect(second.appState.state.phase).toBe('locked');
    await second.session.unlock({ by: 'passphrase', passphrase: 'correct horse' });
    expect(second.keys).toEqual(first.keys);
  });

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

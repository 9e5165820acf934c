/** `keys.json`: the ways into a store, and that there is always one that works. */
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  addRecoveryKey,
  confirmRecoveryKey,
  createKeyFile,
  keyFileProtection,
  openKeyFile,
  recoveryKeyState,
  replaceProtection,
} from '../../../src-main/engine/store/key-file.ts';
import { FakeKeychain } from '../../support/engine/fake-keychain.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const coded = (code: string): unknown => expect.objectContaining({ name: 'KithError', code });
const passphrase = { by: 'passphrase', passphrase: 'correct horse' } as const;
const newPath = (): string => join(cleanup.folder(), 'keys.json');

const shared = new Cleanup();
afterAll(() => shared.run());
let made: { readonly path: string; readonly key: Uint8Array; readonly recoveryKey: string };
beforeAll(async () => {
  const path = join(shared.folder(), 'keys.json');
  made = { path, ...(await createKeyFile(path, passphrase)) };
});

/** A copy of a file that opens by the passphrase: making one takes half a second of scrypt. */
function madeFile(): typeof made {
  const path = newPath();
  copyFileSync(made.path, path);
  return { ...made, path };
}

interface Wrapped {
  kind: string;
  n?: number;
  salt?: string;
  sealed: string;
}
interface KeyFileJson {
  version: number;
  wrappings: Wrapped[];
}

function edit(path: string, change: (file: KeyFileJson) => void): void {
  const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFileJson;
  change(file);
  writeFileSync(path, JSON.stringify(file));
}

describe('a key file', () => {
  it('opens by its passphrase and by its recovery key, to the same key', async () => {
    const { path, key, recoveryKey } = madeFile();
    expect(key).toHaveLength(32);
    expect(keyFileProtection(path)).toBe('passphrase');
    expect(Buffer.from(await openKeyFile(path, passphrase)).equals(key)).toBe(true);
    const recovered = await openKeyFile(path, { by: 'recovery-key', recoveryKey });
    expect(Buffer.from(recovered).equals(key)).toBe(true);
  });

  it('takes a passphrase for the same on every system', async () => {
    const path = newPath();
    await createKeyFile(path, { by: 'passphrase', passphrase: 'Caf\u00e9' });
    await openKeyFile(path, { by: 'passphrase', passphrase: 'Cafe\u0301' });
  });

  it('refuses what does not open it', async () => {
    const { path, recoveryKey } = madeFile();
    const other = recoveryKey.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    for (const opener of [
      { by: 'passphrase', passphrase: 'correct horse ' },
      { by: 'recovery-key', recoveryKey: other },
      { by: 'recovery-key', recoveryKey: 'not a key' },
      { by: 'keychain', keychain: new FakeKeychain() },
    ] as const) {
      await expect(openKeyFile(path, opener)).rejects.toEqual(coded('wrong-passphrase'));
    }
    await expect(openKeyFile(newPath(), passphrase)).rejects.toEqual(coded('store-absent'));
  });

  it('is not written over', async () => {
    const { path } = madeFile();
    const before = readFileSync(path, 'utf8');
    await expect(createKeyFile(path, passphrase)).rejects.toEqual(coded('store-exists'));
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('has this shape, is for this user alone, and holds no secret in the clear', () => {
    const { path, key, recoveryKey } = madeFile();
    const text = readFileSync(path, 'utf8');
    const file = JSON.parse(text) as KeyFileJson;
    const shape = file.wrappings.map(({ salt, sealed, ...rest }) => ({
      ...rest,
      saltBytes: Buffer.from(salt ?? '', 'base64').length,
      sealedBytes: Buffer.from(sealed, 'base64').length,
    }));
    expect({ ...file, wrappings: shape }).toMatchInlineSnapshot(`
      {
        "version": 1,
        "wrappings": [
          {
            "kind": "passphrase",
            "n": 131072,
            "p": 1,
            "r": 8,
            "saltBytes": 16,
            "sealedBytes": 60,
          },
          {
            "kind": "recovery",
            "saltBytes": 16,
            "sealedBytes": 60,
            "state": "unconfirmed",
          },
        ],
      }
    `);
    expect(statSync(made.path).mode & 0o077).toBe(0);
    for (const secret of [
      passphrase.passphrase,
      recoveryKey,
      recoveryKey.replaceAll('-', ''),
      Buffer.from(key).toString('base64'),
      Buffer.from(key).toString('hex'),
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('a key file that somebody changed', () => {
  it.each([
    ['more work than a computer can do', (file: KeyFileJson) => void (passphraseOf(file).n = 2 ** 30)],
    ['hardly any work', (file: KeyFileJson) => void (passphraseOf(file).n = 2)],
    ['work that scrypt cannot do', (file: KeyFileJson) => void (passphraseOf(file).n = 2 ** 14 + 1)],
    ['another version', (file: KeyFileJson) => void (file.version = 2)],
    ['no wrapping', (file: KeyFileJson) => void (file.wrappings = [])],
    ['bytes that are none', (file: KeyFileJson) => void (passphraseOf(file).sealed = '%%%')],
    ['an unknown kind', (file: KeyFileJson) => void (passphraseOf(file).kind = 'plain')],
  ])('to ask for %s is refused as damaged', async (_, change) => {
    const { path } = madeFile();
    edit(path, change);
    await expect(openKeyFile(path, passphrase)).rejects.toEqual(coded('store-corrupt'));
  });

  it('in what it seals does not open', async () => {
    const { path, recoveryKey } = madeFile();
    edit(path, (file) => {
      for (const wrapping of file.wrappings) wrapping.sealed = Buffer.alloc(60, 1).toString('base64');
    });
    for (const opener of [passphrase, { by: 'recovery-key', recoveryKey } as const]) {
      await expect(openKeyFile(path, opener)).rejects.toEqual(coded('wrong-passphrase'));
    }
    edit(path, (file) => {
      for (const wrapping of file.wrappings) wrapping.sealed = '';
    });
    await expect(openKeyFile(path, passphrase)).rejects.toEqual(coded('wrong-passphrase'));
  });

  it.each(['', '{', 'null', '[]', '"keys"', '{"version":1}'])('to %s is refused as damaged', async (text) => {
    const path = newPath();
    writeFileSync(path, text);
    await expect(openKeyFile(path, passphrase)).rejects.toEqual(coded('store-corrupt'));
  });

  function passphraseOf(file: KeyFileJson): Wrapped {
    const wrapping = file.wrappings.find(({ kind }) => kind === 'passphrase');
    if (wrapping === undefined) throw new Error('no passphrase in the file');
    return wrapping;
  }
});

describe('a keychain', () => {
  it('opens the store without a passphrase, and the recovery key stays', async () => {
    const path = newPath();
    const keychain = new FakeKeychain();
    const { key, recoveryKey } = await createKeyFile(path, { by: 'keychain', keychain });
    expect(keyFileProtection(path)).toBe('keychain');
    expect(Buffer.from(await openKeyFile(path, { by: 'keychain', keychain })).equals(key)).toBe(true);
    expect(Buffer.from(await openKeyFile(path, { by: 'recovery-key', recoveryKey })).equals(key)).toBe(true);
    expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(key).toString('base64'));
  });

  it('that no longer decrypts says so, names both keychains, and the recovery key mends it', async () => {
    const path = newPath();
    const before = new FakeKeychain('gnome_libsecret');
    const { key, recoveryKey } = await createKeyFile(path, { by: 'keychain', keychain: before });
    before.forget();
    await expect(openKeyFile(path, { by: 'keychain', keychain: before })).rejects.toEqual(
      coded('keychain-unavailable'),
    );
    const now = new FakeKeychain('kwallet6');
    await expect(openKeyFile(path, { by: 'keychain', keychain: now })).rejects.toThrow(
      /kwallet6.*gnome_libsecret/,
    );
    const recovered = await openKeyFile(path, { by: 'recovery-key', recoveryKey });
    await replaceProtection(path, recovered, { by: 'keychain', keychain: now });
    expect(Buffer.from(await openKeyFile(path, { by: 'keychain', keychain: now })).equals(key)).toBe(true);
  });

  it('that decrypts to something else is not believed', async () => {
    const path = newPath();
    const keychain = new FakeKeychain();
    await createKeyFile(path, { by: 'keychain', keychain });
    const confused = {
      backend: keychain.backend,
      encrypt: (text: string) => keychain.encrypt(text),
      decrypt: () => Promise.resolve('something else'),
    };
    await expect(openKeyFile(path, { by: 'keychain', keychain: confused })).rejects.toEqual(
      coded('keychain-unavailable'),
    );
  });

  it('that is locked when the store is made fails with words, and leaves nothing behind', async () => {
    const path = newPath();
    const keychain = new FakeKeychain();
    keychain.lock();
    await expect(createKeyFile(path, { by: 'keychain', keychain })).rejects.toEqual(
      coded('keychain-unavailable'),
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe('another protection', () => {
  it('replaces the one before; the recovery key stays', async () => {
    const { path, key, recoveryKey } = madeFile();
    await replaceProtection(path, key, { by: 'passphrase', passphrase: 'another' });
    await expect(openKeyFile(path, passphrase)).rejects.toEqual(coded('wrong-passphrase'));
    for (const opener of [
      { by: 'passphrase', passphrase: 'another' },
      { by: 'recovery-key', recoveryKey },
    ] as const) {
      expect(Buffer.from(await openKeyFile(path, opener)).equals(key)).toBe(true);
    }
  });

  it('that does not open again is not taken, and the old one stays', async () => {
    const { path, key } = madeFile();
    const before = readFileSync(path, 'utf8');
    const broken = {
      backend: 'broken',
      encrypt: (text: string) => Promise.resolve(Buffer.from(text)),
      decrypt: () => Promise.resolve(Buffer.alloc(32, 7).toString('base64')),
    };
    const locked = new FakeKeychain();
    locked.lock();
    for (const keychain of [broken, locked]) {
      await expect(replaceProtection(path, key, { by: 'keychain', keychain })).rejects.toEqual(
        coded('keychain-unavailable'),
      );
    }
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('survives a crash at any point of writing it', async () => {
    const { path, key } = madeFile();
    const next = `${path}.next`;
    // Killed while writing: half a file beside the whole one.
    writeFileSync(next, readFileSync(path).subarray(0, 100));
    expect(Buffer.from(await openKeyFile(path, passphrase)).equals(key)).toBe(true);
    // What was left behind is no obstacle to the next change.
    const other = { by: 'passphrase', passphrase: 'another' } as const;
    await replaceProtection(path, key, other);
    expect(existsSync(next)).toBe(false);
    expect(Buffer.from(await openKeyFile(path, other)).equals(key)).toBe(true);
    // Killed between writing and renaming: both files are whole, and the old one counts.
    copyFileSync(made.path, next);
    expect(Buffer.from(await openKeyFile(path, other)).equals(key)).toBe(true);
  });
});

describe('a recovery key', () => {
  const opens = async (path: string, recoveryKey: string): Promise<boolean> => {
    const key = await openKeyFile(path, { by: 'recovery-key', recoveryKey }).catch(() => null);
    return key !== null && Buffer.from(key).equals(made.key);
  };

  it('counts once somebody has confirmed it, and not before', () => {
    const { path, recoveryKey } = madeFile();
    expect(recoveryKeyState(path)).toBe('unconfirmed');
    confirmRecoveryKey(path, recoveryKey);
    expect(recoveryKeyState(path)).toBe('confirmed');
    edit(path, ({ wrappings }) => void wrappings.pop());
    expect(recoveryKeyState(path)).toBe('absent');
  });

  it('gives way to another one when that is confirmed', async () => {
    const { path, key, recoveryKey } = madeFile();
    confirmRecoveryKey(path, recoveryKey);
    const forgotten = addRecoveryKey(path, key);
    const next = addRecoveryKey(path, key);
    expect(recoveryKeyState(path)).toBe('confirmed');
    expect([await opens(path, recoveryKey), await opens(path, forgotten), await opens(path, next)]).toEqual([
      true,
      false,
      true,
    ]);
    confirmRecoveryKey(path, next);
    expect([await opens(path, recoveryKey), await opens(path, next)]).toEqual([false, true]);
    expect(Buffer.from(await openKeyFile(path, passphrase)).equals(key)).toBe(true);
  });

  it('that nobody confirmed opens the store as long as there is no other that somebody did', async () => {
    const { path, key, recoveryKey } = madeFile();
    const next = addRecoveryKey(path, key);
    expect([await opens(path, recoveryKey), await opens(path, next)]).toEqual([true, true]);
    // However often Kith starts and ends before the confirmation, the file does not grow.
    const sizes = [1, 2, 3].map(() => {
      addRecoveryKey(path, key);
      return readFileSync(path).length;
    });
    expect(new Set(sizes).size).toBe(1);
  });

  it('that opens nothing confirms nothing', async () => {
    const { path, recoveryKey } = madeFile();
    const other = recoveryKey.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    expect(() => {
      confirmRecoveryKey(path, other);
    }).toThrow(expect.objectContaining({ code: 'wrong-passphrase' }));
    expect(await opens(path, recoveryKey)).toBe(true);
  });

  it('stays when the passphrase changes', async () => {
    const { path, key, recoveryKey } = madeFile();
    confirmRecoveryKey(path, recoveryKey);
    const pending = addRecoveryKey(path, key);
    await replaceProtection(path, key, { by: 'keychain', keychain: new FakeKeychain() });
    expect([await opens(path, recoveryKey), await opens(path, pending)]).toEqual([true, true]);
    expect(recoveryKeyState(path)).toBe('confirmed');
  });
});

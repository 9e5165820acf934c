/** Killed at any step of changing `keys.json`: there is always a way into the store, and the file is whole. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addRecoveryKey,
  confirmRecoveryKey,
  createKeyFile,
  openKeyFile,
  recoveryKeyState,
  type Opener,
} from '../../../src-main/engine/store/key-file.ts';
import {
  CHANGES,
  RECOVERY_KEY_VARIABLE,
  STEPS,
  type Change,
  type Moment,
} from '../../support/engine/change-keys-and-die.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const CHILD = join(import.meta.dirname, '../../support/engine/change-keys-and-die.ts');
const BEFORE = { by: 'passphrase', passphrase: 'the first one' } as const;
const AFTER = { by: 'passphrase', passphrase: 'the next one' } as const;

const cleanup = new Cleanup();
afterAll(() => cleanup.run());
let key: Uint8Array;
let original: string;
/** Confirmed, and in somebody's drawer. */
let oldRecoveryKey: string;
/** Made in the settings, and not confirmed yet. */
let newRecoveryKey: string;
beforeAll(async () => {
  original = join(cleanup.folder(), 'keys.json');
  const made = await createKeyFile(original, BEFORE);
  ({ key, recoveryKey: oldRecoveryKey } = made);
  confirmRecoveryKey(original, oldRecoveryKey);
  newRecoveryKey = addRecoveryKey(original, key);
});

async function opens(path: string, opener: Opener): Promise<boolean> {
  const found = await openKeyFile(path, opener).catch(() => null);
  return found !== null && Buffer.from(found).equals(key);
}

const moments = (step: string): readonly Moment[] =>
  step === 'writeSync' ? ['before', 'half', 'after'] : ['before', 'after'];
const cases = CHANGES.flatMap((change) =>
  STEPS.flatMap((step) => moments(step).map((moment) => [change, moment, step] as const)),
);

describe.skipIf(process.platform === 'win32')('a change that is killed', () => {
  test.each(cases)('%s, %s %s', async (change: Change, moment, step) => {
    const path = join(cleanup.folder(), 'keys.json');
    copyFileSync(original, path);
    const child = spawnSync(process.execPath, [CHILD, path, change, step, moment], {
      env: { ...process.env, [RECOVERY_KEY_VARIABLE]: newRecoveryKey },
      encoding: 'utf8',
    });
    expect(child.signal, child.stderr).toBe('SIGKILL');

    const isDone = step === 'renameSync' && moment === 'after';
    const changed = (one: Change): boolean => isDone && change === one;
    expect(await opens(path, changed('passphrase') ? AFTER : BEFORE)).toBe(true);
    expect(await opens(path, { by: 'recovery-key', recoveryKey: oldRecoveryKey })).toBe(
      !changed('confirm-recovery-key'),
    );
    // Another one was made in its place, and it had not been confirmed.
    expect(await opens(path, { by: 'recovery-key', recoveryKey: newRecoveryKey })).toBe(
      !changed('add-recovery-key'),
    );
    expect(recoveryKeyState(path)).toBe('confirmed');

    // What was left lying about is no obstacle to the next change.
    addRecoveryKey(path, key);
    expect(existsSync(`${path}.next`)).toBe(false);
  });
});

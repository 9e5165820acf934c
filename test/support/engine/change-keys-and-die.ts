/**
 * A process that changes a key file and is killed (kill -9) at one step of writing it:
 * `node change-keys-and-die.ts <key file> <change> <step> <before|half|after>`.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { argv, kill, pid } from 'node:process';

export const CHANGES = ['passphrase', 'add-recovery-key', 'confirm-recovery-key'] as const;
export const STEPS = ['openSync', 'writeSync', 'fsyncSync', 'renameSync'] as const;

export type Change = (typeof CHANGES)[number];
type Step = (typeof STEPS)[number];
export type Moment = 'before' | 'half' | 'after';

/** The key that a person types, for `confirm-recovery-key`. */
export const RECOVERY_KEY_VARIABLE = 'TEST_RECOVERY_KEY';

function die(): never {
  kill(pid, 'SIGKILL');
  throw new Error('still alive');
}

function arm(step: Step, moment: Moment): void {
  const real = fs[step] as (...args: unknown[]) => unknown;
  const armed = (...args: unknown[]): unknown => {
    // Reading and locking open files, too; only what writes is a step.
    if (step === 'openSync' && args[1] !== 'w') return real(...args);
    if (moment === 'half' && step === 'writeSync') real(args[0], String(args[1]).slice(0, 120));
    if (moment !== 'after') die();
    real(...args);
    return die();
  };
  Object.assign(fs, { [step]: armed });
  // What was imported by name sees the replacement as well.
  syncBuiltinESMExports();
}

async function main([path = '', change = '', step = '', moment = '']: readonly string[]): Promise<void> {
  const keyFile = await import('../../../src-main/engine/store/key-file.ts');
  const recoveryKey = process.env[RECOVERY_KEY_VARIABLE] ?? '';
  const key = await keyFile.openKeyFile(path, { by: 'recovery-key', recoveryKey });
  arm(step as Step, moment as Moment);
  switch (change as Change) {
    case 'passphrase':
      await keyFile.replaceProtection(path, key, { by: 'passphrase', passphrase: 'the next one' });
      return;
    case 'add-recovery-key':
      keyFile.addRecoveryKey(path, key);
      return;
    case 'confirm-recovery-key':
      keyFile.confirmRecoveryKey(path, recoveryKey);
  }
}

if (import.meta.main) await main(argv.slice(2));

/** Opening a profile from the command line: passphrase, store, engine, account. */
import { readFileSync } from 'node:fs';
import { KithError } from '../../src-shared/errors.ts';
import type { AccountView, RecoveryView } from '../../src-shared/contract/views.ts';
import type { Engine } from '../engine/engine.ts';
import { openProfile } from '../engine/open-profile.ts';
import { confirmRecoveryKey, createKeyFile, hasKeyFile, openKeyFile } from '../engine/store/key-file.ts';
import { openDataFolder, type DataFolder } from '../engine/store/data-folder.ts';
import type { ProfileOptions } from './command-line.ts';
import { stderrLogger } from './stderr-logger.ts';

export interface OpenedProfile {
  readonly engine: Engine;
  /** Set when the store was made now; it is in no file. */
  readonly recoveryKey: string | null;
  /** The recovery key was written out: whoever runs this has it. */
  recoveryKeyShown(): void;
  close(): Promise<void>;
}

/** Opens the store of a folder; makes it where `--register` asks for an account. */
export async function openCommandLineProfile(options: ProfileOptions): Promise<OpenedProfile> {
  const passphrase = readPassphrase(options);
  const folder = openDataFolder(options.data);
  try {
    const { key, recoveryKey } = await storeKey(folder, options, passphrase);
    const engine = openProfile(folder, key, stderrLogger());
    return {
      engine,
      recoveryKey,
      recoveryKeyShown() {
        if (recoveryKey !== null) confirmRecoveryKey(folder.keyFilePath, recoveryKey);
      },
      async close() {
        await engine.close();
        folder.release();
      },
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function storeKey(folder: DataFolder, options: ProfileOptions, passphrase: string) {
  if (hasKeyFile(folder.keyFilePath)) {
    return {
      key: await openKeyFile(folder.keyFilePath, { by: 'passphrase', passphrase }),
      recoveryKey: null,
    };
  }
  if (options.register === undefined) {
    throw new KithError(
      'store-absent',
      'There is no account in this folder yet. Add --relay and --register.',
    );
  }
  return createKeyFile(folder.keyFilePath, { by: 'passphrase', passphrase });
}

/** What became of a damaged store; says it once. */
export async function takeRecovery(engine: Engine): Promise<RecoveryView | null> {
  const recovery = await engine.request('recovery.get', {});
  if (recovery !== null) await engine.request('recovery.dismiss', {});
  return recovery;
}

/** For people: what is lost, what is not, and where the old file is. */
export function recoveryText({ movedTo }: RecoveryView): string {
  const where = movedTo === null ? 'It was not found.' : `The file was moved to ${movedTo} and not changed.`;
  return (
    'The messages on this computer were damaged and could not be read. ' +
    `${where} Your account and username are as before; earlier messages are gone from this computer.`
  );
}

/** Where standard output is for something else. */
export async function tellRecovery(engine: Engine): Promise<void> {
  const recovery = await takeRecovery(engine);
  if (recovery !== null) process.stderr.write(`${recoveryText(recovery)}\n`);
}

/** The account of the profile, registered now where `--register` asks for it. */
export async function ensureAccount(engine: Engine, options: ProfileOptions): Promise<AccountView> {
  const account = await engine.request('account.get', {});
  if (account !== null) {
    if (options.register !== undefined && options.register !== account.username) {
      throw new KithError('already-registered', `This folder belongs to the account "${account.username}".`);
    }
    return account;
  }
  if (options.register === undefined || options.relay === undefined) {
    throw new KithError(
      'not-registered',
      'There is no account in this folder yet. Add --relay and --register.',
    );
  }
  return engine.request('account.register', { relay: options.relay, username: options.register });
}

function readPassphrase(options: ProfileOptions): string {
  const passphrase =
    options.passphraseFile === undefined ? process.env['KITH_PASSPHRASE'] : firstLine(options.passphraseFile);
  if (passphrase === undefined || passphrase === '') {
    throw new KithError(
      'wrong-passphrase',
      'Set KITH_PASSPHRASE or --passphrase-file: the store is always encrypted.',
    );
  }
  return passphrase;
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0];
  } catch (error) {
    throw new KithError('invalid-request', `The passphrase file "${path}" cannot be read.`, { cause: error });
  }
}

/**
 * `keys.json`: the wrappings of the store's key. Replaced as a whole and only after the new wrapping
 * was opened once, so that there is always one that works. A recovery key that nobody has confirmed yet
 * stands beside the one before.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { KithError } from '../../../src-shared/errors.ts';
import {
  STORE_KEY_BYTES,
  unwrapWithKeychain,
  unwrapWithPassphrase,
  unwrapWithRecoveryKey,
  wrapWithKeychain,
  wrapWithPassphrase,
  wrapWithRecoveryKey,
  wrappingSchema,
  type Keychain,
  type Wrapping,
  type WrappingOf,
} from './key-wrapping.ts';
import { formatRecoveryKey, RECOVERY_KEY_BYTES } from './recovery-key.ts';
import { replaceFile } from './replace-file.ts';

/** In the data folder. */
export const KEY_FILE_NAME = 'keys.json';

const keyFileSchema = z.strictObject({ version: z.literal(1), wrappings: z.array(wrappingSchema).min(1) });
type KeyFile = z.infer<typeof keyFileSchema>;

/** What protects a store from day to day; the recovery key stands beside either. */
export type Protection =
  | { readonly by: 'passphrase'; readonly passphrase: string }
  | { readonly by: 'keychain'; readonly keychain: Keychain };

export type Opener = Protection | { readonly by: 'recovery-key'; readonly recoveryKey: string };

export function hasKeyFile(path: string): boolean {
  return existsSync(path);
}

/** How this store opens from day to day. Throws `store-absent`, `store-corrupt`. */
export function keyFileProtection(path: string): Protection['by'] {
  return readKeyFile(path).wrappings.some((wrapping) => wrapping.kind === 'keychain')
    ? 'keychain'
    : 'passphrase';
}

/** Whether a person has the recovery key of this store. Throws `store-absent`, `store-corrupt`. */
export function recoveryKeyState(path: string): 'confirmed' | 'unconfirmed' | 'absent' {
  const recovery = readKeyFile(path).wrappings.filter(isRecovery);
  if (recovery.length === 0) return 'absent';
  return recovery.some(isConfirmed) ? 'confirmed' : 'unconfirmed';
}

/**
 * Makes a fresh key and its file. The recovery key is in no file and counts as unconfirmed: show it now.
 * Throws `store-exists`, `keychain-unavailable`, `disk-full`.
 */
export async function createKeyFile(
  path: string,
  protection: Protection,
): Promise<{ readonly key: Uint8Array; readonly recoveryKey: string }> {
  if (hasKeyFile(path)) throw new KithError('store-exists', 'There is a store in this folder already.');
  const key = randomBytes(STORE_KEY_BYTES);
  const recoveryKey = randomBytes(RECOVERY_KEY_BYTES);
  writeKeyFile(path, {
    version: 1,
    wrappings: [
      await wrap(key, protection),
      { ...wrapWithRecoveryKey(key, recoveryKey), state: 'unconfirmed' },
    ],
  });
  return { key, recoveryKey: formatRecoveryKey(recoveryKey) };
}

/** Throws `store-absent`, `store-corrupt`, `wrong-passphrase`, `keychain-unavailable`. */
export async function openKeyFile(path: string, opener: Opener): Promise<Uint8Array> {
  const file = readKeyFile(path);
  switch (opener.by) {
    case 'passphrase':
      return unwrapWithPassphrase(find(file, 'passphrase'), opener.passphrase);
    case 'keychain':
      return unwrapWithKeychain(find(file, 'keychain'), opener.keychain);
    case 'recovery-key':
      return openByRecoveryKey(file, opener.recoveryKey).key;
  }
}

/** Replaces the day-to-day protection; the recovery key stays. Throws `keychain-unavailable`; then the old one stays. */
export async function replaceProtection(
  path: string,
  key: Uint8Array,
  protection: Protection,
): Promise<void> {
  const kept = readKeyFile(path).wrappings.filter(isRecovery);
  const wrapping = await wrap(key, protection);
  const reopened = await openWrapping(wrapping, protection);
  if (!Buffer.from(reopened).equals(key)) {
    throw new KithError('keychain-unavailable', 'The new protection did not open again; the old one stays.');
  }
  writeKeyFile(path, { version: 1, wrappings: [wrapping, ...kept] });
}

/**
 * Makes another recovery key, to be shown now. The one before stays until the new one is confirmed, and so
 * does the newest of those that were never confirmed: somebody may have written it down all the same.
 * Throws `store-absent`, `store-corrupt`, `disk-full`; then the file is as it was.
 */
export function addRecoveryKey(path: string, key: Uint8Array): string {
  const { wrappings } = readKeyFile(path);
  const recovery = wrappings.filter(isRecovery);
  const confirmed = recovery.filter(isConfirmed);
  const kept = confirmed.length > 0 ? confirmed : recovery.slice(-1);
  const recoveryKey = randomBytes(RECOVERY_KEY_BYTES);
  const added = { ...wrapWithRecoveryKey(key, recoveryKey), state: 'unconfirmed' } as const;
  const text = formatRecoveryKey(recoveryKey);
  if (!Buffer.from(unwrapWithRecoveryKey(added, text)).equals(key)) {
    throw new KithError('internal', 'The new recovery key did not open the store; the old one stays.');
  }
  const others = wrappings.filter((wrapping) => !isRecovery(wrapping));
  writeKeyFile(path, { version: 1, wrappings: [...others, ...kept, added] });
  return text;
}

/** A person has this recovery key: every other one goes. Throws `wrong-passphrase` for one that opens nothing, `disk-full`. */
export function confirmRecoveryKey(path: string, recoveryKey: string): void {
  const file = readKeyFile(path);
  const { kind, salt, sealed } = openByRecoveryKey(file, recoveryKey).wrapping;
  const others = file.wrappings.filter((wrapping) => !isRecovery(wrapping));
  writeKeyFile(path, { version: 1, wrappings: [...others, { kind, salt, sealed }] });
}

function openByRecoveryKey(
  file: KeyFile,
  recoveryKey: string,
): { readonly key: Uint8Array; readonly wrapping: WrappingOf<'recovery'> } {
  let wrong = new KithError('wrong-passphrase', 'This store does not open by a recovery key.');
  for (const wrapping of file.wrappings.filter(isRecovery)) {
    try {
      return { key: unwrapWithRecoveryKey(wrapping, recoveryKey), wrapping };
    } catch (error) {
      if (!(error instanceof KithError)) throw error;
      wrong = error;
    }
  }
  throw wrong;
}

function isRecovery(wrapping: Wrapping): wrapping is WrappingOf<'recovery'> {
  return wrapping.kind === 'recovery';
}

function isConfirmed(wrapping: WrappingOf<'recovery'>): boolean {
  return wrapping.state === undefined;
}

async function wrap(key: Uint8Array, protection: Protection): Promise<Wrapping> {
  return protection.by === 'passphrase'
    ? wrapWithPassphrase(key, protection.passphrase)
    : wrapWithKeychain(key, protection.keychain);
}

async function openWrapping(wrapping: Wrapping, protection: Protection): Promise<Uint8Array> {
  if (wrapping.kind === 'passphrase' && protection.by === 'passphrase') {
    return unwrapWithPassphrase(wrapping, protection.passphrase);
  }
  if (wrapping.kind === 'keychain' && protection.by === 'keychain') {
    return unwrapWithKeychain(wrapping, protection.keychain);
  }
  throw new KithError('internal', 'The wrapping is not of the kind that was asked for.');
}

function find<Kind extends Wrapping['kind']>(file: KeyFile, kind: Kind): WrappingOf<Kind> {
  const wrapping = file.wrappings.find((candidate): candidate is WrappingOf<Kind> => candidate.kind === kind);
  if (wrapping === undefined) throw new KithError('wrong-passphrase', `This store does not open by ${kind}.`);
  return wrapping;
}

function readKeyFile(path: string): KeyFile {
  if (!hasKeyFile(path)) throw new KithError('store-absent', 'There is no store in this folder yet.');
  try {
    return keyFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new KithError(
      'store-corrupt',
      `The file that holds the wrapped key (${KEY_FILE_NAME}) is damaged.`,
      {
        cause: error,
      },
    );
  }
}

/** Throws `disk-full`; then the file is as it was. */
function writeKeyFile(path: string, file: KeyFile): void {
  replaceFile(path, `${JSON.stringify(file, null, 2)}\n`);
}

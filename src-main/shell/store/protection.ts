import { KithError } from '../../../src-shared/errors.ts';
import type { Protection } from '../../engine/store/key-file.ts';
import type { Keychain } from '../../engine/store/key-wrapping.ts';

/** A passphrase that was chosen protects by itself; otherwise the keychain does, where there is one. */
export function chooseProtection(passphrase: string | undefined, keychain: Keychain | null): Protection {
  if (passphrase !== undefined) return { by: 'passphrase', passphrase };
  if (keychain !== null) return { by: 'keychain', keychain };
  throw new KithError(
    'invalid-request',
    'This computer has no keychain that Kith can use: choose a passphrase.',
  );
}

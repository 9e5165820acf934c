/** The system's keychain by Electron's `safeStorage`, where it is one. */
import type { SafeStorage } from 'electron';
import type { Keychain } from '../../engine/store/key-wrapping.ts';

export interface SystemKeychain extends Keychain {
  /** True once something was opened whose key the system has since replaced: wrap it anew. */
  readonly wantsRewrapping: boolean;
}

/** With these Electron "encrypts" by a password that stands in its source code. */
const NO_KEYCHAIN: ReadonlySet<string> = new Set(['basic_text', 'unknown']);

/** Null where the keychain would protect nothing, or cannot be reached. Call after `ready`. */
export async function systemKeychain(
  safeStorage: SafeStorage,
  platform: NodeJS.Platform,
): Promise<SystemKeychain | null> {
  const backend = platform === 'linux' ? safeStorage.getSelectedStorageBackend() : BACKENDS[platform];
  if (backend === undefined || NO_KEYCHAIN.has(backend)) return null;
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return null;
  let wantsRewrapping = false;
  return {
    backend,
    get wantsRewrapping() {
      return wantsRewrapping;
    },
    encrypt: (text) => safeStorage.encryptStringAsync(text),
    async decrypt(sealed) {
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(sealed));
      wantsRewrapping = shouldReEncrypt;
      return result;
    },
  };
}

const BACKENDS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'macos_keychain', win32: 'dpapi' };

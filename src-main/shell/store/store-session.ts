/** Makes and opens the store: finds its key, hands it to the engine, and says how that went. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import type { ParsedParams } from '../../../src-shared/contract/requests.ts';
import { KithError, serializeError } from '../../../src-shared/errors.ts';
import { errorFields, type Logger } from '../../engine/log.ts';
import {
  createKeyFile,
  hasKeyFile,
  keyFileProtection,
  openKeyFile,
  replaceProtection,
  type Protection,
} from '../../engine/store/key-file.ts';
import type { AppStateHolder } from '../app-state/app-state.ts';
import type { SystemKeychain } from './keychain.ts';
import { chooseProtection } from './protection.ts';

export interface StoreSessionParts {
  readonly profileFolder: string;
  /** Null where there is no keychain: then a passphrase protects the store. */
  readonly keychain: Promise<SystemKeychain | null>;
  /** Hands the key over and starts the engine; the key is of no use afterwards. */
  readonly openEngine: (key: Uint8Array) => Promise<AccountView | null>;
  readonly appState: AppStateHolder;
  readonly log: Logger;
}

export class StoreSession {
  readonly #parts: StoreSessionParts;
  readonly #keyFile: string;
  #isBusy = false;

  constructor(parts: StoreSessionParts) {
    this.#parts = parts;
    this.#keyFile = join(parts.profileFolder, 'keys.json');
  }

  /** What there is in the profile folder; opens it when the keychain can. Never rejects. */
  async begin(): Promise<void> {
    const { appState } = this.#parts;
    try {
      const keychain = await this.#parts.keychain;
      if (!hasKeyFile(this.#keyFile)) {
        appState.happen({ type: 'store-absent', protection: keychain === null ? 'passphrase' : 'keychain' });
      } else if (keyFileProtection(this.#keyFile) === 'passphrase') {
        appState.happen({ type: 'store-locked', by: 'passphrase' });
      } else if (keychain === null) {
        appState.happen({ type: 'store-locked', by: 'keychain-changed' });
      } else {
        await this.#openByKeychain(keychain);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Throws `store-exists`, `invalid-request` without a passphrase where one is needed, `disk-full`. */
  create({ passphrase }: ParsedParams<'store.create'>): Promise<{ readonly recoveryKey: string }> {
    return this.#alone(async () => {
      if (this.#parts.appState.state.phase !== 'new') {
        throw new KithError('store-exists', 'There is a store on this computer already.');
      }
      const protection = chooseProtection(passphrase, await this.#parts.keychain);
      mkdirSync(this.#parts.profileFolder, { recursive: true, mode: 0o700 });
      const { key, recoveryKey } = await createKeyFile(this.#keyFile, protection);
      try {
        await this.#open(key);
      } catch (error) {
        // Nobody has seen this recovery key, so nobody may come to depend on this store.
        rmSync(this.#keyFile, { force: true });
        throw error;
      }
      return { recoveryKey };
    });
  }

  /** Throws `wrong-passphrase`; a store that does not open makes the application fail. */
  unlock(way: ParsedParams<'store.unlock'>): Promise<null> {
    return this.#alone(async () => {
      if (this.#parts.appState.state.phase !== 'locked') {
        throw new KithError('invalid-request', 'There is nothing to unlock.');
      }
      const key = await this.#keyFor(way);
      try {
        await this.#open(key);
      } catch (error) {
        this.#fail(error);
        throw error;
      }
      return null;
    });
  }

  async #keyFor(way: ParsedParams<'store.unlock'>): Promise<Uint8Array> {
    if (way.by === 'passphrase') return openKeyFile(this.#keyFile, way);
    const protection = chooseProtection(way.newPassphrase, await this.#parts.keychain);
    const key = await openKeyFile(this.#keyFile, way);
    // The old protection is lost or changed; the new one replaces it once it has opened again.
    await replaceProtection(this.#keyFile, key, protection);
    return key;
  }

  async #openByKeychain(keychain: SystemKeychain): Promise<void> {
    const protection: Protection = { by: 'keychain', keychain };
    let key: Uint8Array;
    try {
      key = await openKeyFile(this.#keyFile, protection);
    } catch (error) {
      if (!(error instanceof KithError) || error.code !== 'keychain-unavailable') throw error;
      this.#parts.log.warn('store.keychain-changed', { backend: keychain.backend });
      this.#parts.appState.happen({ type: 'store-locked', by: 'keychain-changed' });
      return;
    }
    if (keychain.wantsRewrapping) await replaceProtection(this.#keyFile, key, protection);
    await this.#open(key);
  }

  async #open(key: Uint8Array): Promise<void> {
    const account = await this.#parts.openEngine(key);
    this.#parts.appState.happen({ type: 'store-opened', account });
  }

  #fail(error: unknown): void {
    this.#parts.log.error('store.not-opened', errorFields(error));
    this.#parts.appState.happen({ type: 'failed', error: serializeError(error) });
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isBusy) throw new KithError('invalid-request', 'The store is being opened already.');
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

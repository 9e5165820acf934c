/** Makes and opens the store: finds its key, hands it to the engine, says how that went, and changes the ways in. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountView, Protection as ProtectionKind } from '../../../src-shared/contract/views.ts';
import type { ParsedParams } from '../../../src-shared/contract/requests.ts';
import { KithError, serializeError } from '../../../src-shared/errors.ts';
import { errorFields, type Logger } from '../../engine/log.ts';
import {
  addRecoveryKey,
  confirmRecoveryKey,
  createKeyFile,
  hasKeyFile,
  KEY_FILE_NAME,
  keyFileProtection,
  openKeyFile,
  recoveryKeyState,
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
  /** Was made in this run, and nobody has confirmed it yet. */
  #unconfirmedKey: string | null = null;
  #isBusy = false;

  constructor(parts: StoreSessionParts) {
    this.#parts = parts;
    this.#keyFile = join(parts.profileFolder, KEY_FILE_NAME);
  }

  /** What there is in the profile folder; opens it when the keychain can. Never rejects. */
  async begin(): Promise<void> {
    const { appState } = this.#parts;
    try {
      const keychain = await this.#parts.keychain;
      if (!hasKeyFile(this.#keyFile)) {
        appState.happen({ type: 'store-absent', protection: protectionBy(keychain) });
      } else if (keyFileProtection(this.#keyFile) === 'passphrase') {
        this.#lock('passphrase', keychain);
      } else if (keychain === null) {
        this.#lock('keychain-changed', keychain);
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
      this.#unconfirmedKey = recoveryKey;
      try {
        await this.#open(key);
      } catch (error) {
        this.#unconfirmedKey = null;
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

  /** After a failure: looks at the folder again, as at the start. */
  retry(): Promise<null> {
    return this.#alone(async () => {
      this.#parts.appState.happen({ type: 'retried' });
      if (this.#parts.appState.state.phase === 'starting') await this.begin();
      return null;
    });
  }

  /** The recovery key that has to be written down before anything else; null when there is none. */
  get recoveryKey(): string | null {
    const { state } = this.#parts.appState;
    return state.phase === 'open' && state.recoveryKey === 'to-write-down' ? this.#unconfirmedKey : null;
  }

  /** From now on only the recovery key that was shown last opens the store. Throws `invalid-request`, `disk-full`. */
  confirmRecoveryKey(): Promise<null> {
    return this.#alone(() => {
      if (this.#unconfirmedKey === null) {
        throw new KithError('invalid-request', 'There is no recovery key that waits to be confirmed.');
      }
      confirmRecoveryKey(this.#keyFile, this.#unconfirmedKey);
      this.#unconfirmedKey = null;
      this.#parts.appState.happen({ type: 'recovery-key-confirmed' });
      return Promise.resolve(null);
    });
  }

  /** The one before opens the store until this one is confirmed. Throws `wrong-passphrase`, `keychain-unavailable`, `disk-full`. */
  renewRecoveryKey({
    passphrase,
  }: ParsedParams<'store.renewRecoveryKey'>): Promise<{ readonly recoveryKey: string }> {
    return this.#alone(async () => {
      this.#requireOpen();
      const keychain = passphrase === undefined ? await this.#parts.keychain : null;
      const key = await openKeyFile(this.#keyFile, chooseProtection(passphrase, keychain));
      const recoveryKey = addRecoveryKey(this.#keyFile, key);
      key.fill(0);
      this.#unconfirmedKey = recoveryKey;
      return { recoveryKey };
    });
  }

  /** Throws `wrong-passphrase`, `invalid-request` where no passphrase protects the store, `disk-full`. */
  changePassphrase({ current, next }: ParsedParams<'store.changePassphrase'>): Promise<null> {
    return this.#alone(async () => {
      this.#requireOpen();
      if (keyFileProtection(this.#keyFile) !== 'passphrase') {
        throw new KithError('invalid-request', 'The keychain of this computer protects the store.');
      }
      const key = await openKeyFile(this.#keyFile, { by: 'passphrase', passphrase: current });
      await replaceProtection(this.#keyFile, key, { by: 'passphrase', passphrase: next });
      key.fill(0);
      return null;
    });
  }

  #requireOpen(): void {
    if (this.#parts.appState.state.phase === 'open') return;
    throw new KithError('store-locked', 'The store is not open.');
  }

  #lock(by: 'passphrase' | 'keychain-changed', keychain: SystemKeychain | null): void {
    this.#parts.appState.happen({
      type: 'store-locked',
      by,
      recovery: recoveryKeyState(this.#keyFile) === 'absent' ? 'none' : 'possible',
      newProtection: protectionBy(keychain),
    });
  }

  async #keyFor(way: ParsedParams<'store.unlock'>): Promise<Uint8Array> {
    if (way.by === 'passphrase') return openKeyFile(this.#keyFile, way);
    const protection = chooseProtection(way.newPassphrase, await this.#parts.keychain);
    const key = await openKeyFile(this.#keyFile, way);
    // The old protection is lost or changed; the new one replaces it once it has opened again.
    await replaceProtection(this.#keyFile, key, protection);
    // Whoever types it has it.
    if (recoveryKeyState(this.#keyFile) === 'unconfirmed') confirmRecoveryKey(this.#keyFile, way.recoveryKey);
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
      this.#lock('keychain-changed', keychain);
      return;
    }
    if (keychain.wantsRewrapping) await replaceProtection(this.#keyFile, key, protection);
    await this.#open(key);
  }

  async #open(key: Uint8Array): Promise<void> {
    if (this.#unconfirmedKey === null && recoveryKeyState(this.#keyFile) === 'unconfirmed') {
      this.#showAnotherRecoveryKey(key);
    }
    const account = await this.#parts.openEngine(key);
    this.#parts.appState.happen({
      type: 'store-opened',
      account,
      protection: keyFileProtection(this.#keyFile),
      recoveryKey: this.#unconfirmedKey === null ? 'confirmed' : 'to-write-down',
    });
  }

  /** Kith ended before the last one was confirmed, and it is in no file. */
  #showAnotherRecoveryKey(key: Uint8Array): void {
    try {
      this.#unconfirmedKey = addRecoveryKey(this.#keyFile, key);
    } catch (error) {
      // A full disk, for example, is no reason to keep somebody from their messages. The next start tries again.
      this.#parts.log.warn('store.no-new-recovery-key', errorFields(error));
    }
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

function protectionBy(keychain: SystemKeychain | null): ProtectionKind {
  return keychain === null ? 'passphrase' : 'keychain';
}

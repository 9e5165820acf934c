/** A system keychain that a test can break. Encrypts for real, so that what it holds cannot be read without it. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keychain } from '../../../src-main/engine/store/key-wrapping.ts';

export class FakeKeychain implements Keychain {
  readonly backend: string;
  #key = randomBytes(32);
  #isLocked = false;

  constructor(backend = 'gnome_libsecret') {
    this.backend = backend;
  }

  encrypt(text: string): Promise<Uint8Array> {
    if (this.#isLocked) return Promise.reject(new Error('the keychain is locked'));
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
  }

  decrypt(sealed: Uint8Array): Promise<string> {
    if (this.#isLocked) return Promise.reject(new Error('the keychain is locked'));
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Promise.resolve(
        decipher.update(sealed.subarray(28), undefined, 'utf8') + decipher.final('utf8'),
      );
    } catch (error) {
      return Promise.reject(new Error('the keychain does not hold the key of this', { cause: error }));
    }
  }

  /** As after the system was set up anew: what was encrypted before is lost. */
  forget(): void {
    this.#key = randomBytes(32);
  }

  lock(): void {
    this.#isLocked = true;
  }
}

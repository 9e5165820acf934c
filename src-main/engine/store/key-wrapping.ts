/**
 * Ways to keep the store's random key without keeping it in the clear. Each wrapping opens by itself:
 * a passphrase (scrypt, RFC 7914), the recovery key (HKDF, RFC 5869), or the system's keychain.
 * Passphrase and recovery wrappings seal with AES-256-GCM, so that a wrong secret is recognised.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { KithError } from '../../../src-shared/errors.ts';
import { parseRecoveryKey } from './recovery-key.ts';

export const STORE_KEY_BYTES = 32;
/** OWASP's recommendation for scrypt: 128 MiB and about half a second. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 } as const;
const SCRYPT_MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const base64 = z.base64();
export const wrappingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('passphrase'),
    // Bounded, so that a tampered file cannot ask for all the memory there is.
    n: z
      .number()
      .int()
      .min(2 ** 14)
      .max(2 ** 20)
      .refine((n) => Number.isInteger(Math.log2(n)), 'not a power of two'),
    r: z.literal(8),
    p: z.literal(1),
    salt: base64,
    sealed: base64,
  }),
  z.strictObject({
    kind: z.literal('recovery'),
    salt: base64,
    sealed: base64,
    /** Nobody has said yet that the key of this wrapping is written down. */
    state: z.literal('unconfirmed').optional(),
  }),
  z.strictObject({ kind: z.literal('keychain'), backend: z.string(), sealed: base64 }),
]);
export type Wrapping = z.infer<typeof wrappingSchema>;
export type WrappingOf<Kind extends Wrapping['kind']> = Extract<Wrapping, { kind: Kind }>;

/** The system's keychain, as the shell offers it (Electron's `safeStorage`). */
export interface Keychain {
  /** Name of the backend; kept beside the wrapped key to explain a later failure. */
  readonly backend: string;
  encrypt(text: string): Promise<Uint8Array>;
  /** Rejects when the keychain does not hold the key that encrypted this. */
  decrypt(sealed: Uint8Array): Promise<string>;
}

export async function wrapWithPassphrase(key: Uint8Array, passphrase: string): Promise<Wrapping> {
  const salt = randomBytes(SALT_BYTES);
  const wrappingKey = await scryptKey(passphrase, salt, SCRYPT.N);
  return {
    kind: 'passphrase',
    n: SCRYPT.N,
    r: SCRYPT.r,
    p: SCRYPT.p,
    salt: salt.toString('base64'),
    sealed: seal(key, wrappingKey),
  };
}

/** Throws `wrong-passphrase`. */
export async function unwrapWithPassphrase(
  wrapping: WrappingOf<'passphrase'>,
  passphrase: string,
): Promise<Uint8Array> {
  const wrappingKey = await scryptKey(passphrase, Buffer.from(wrapping.salt, 'base64'), wrapping.n);
  return unseal(wrapping.sealed, wrappingKey, 'That passphrase does not open this store.');
}

export function wrapWithRecoveryKey(key: Uint8Array, recoveryKey: Uint8Array): WrappingOf<'recovery'> {
  const salt = randomBytes(SALT_BYTES);
  return {
    kind: 'recovery',
    salt: salt.toString('base64'),
    sealed: seal(key, recoveryWrappingKey(recoveryKey, salt)),
  };
}

/** Throws `wrong-passphrase`. */
export function unwrapWithRecoveryKey(wrapping: WrappingOf<'recovery'>, text: string): Uint8Array {
  const wrappingKey = recoveryWrappingKey(parseRecoveryKey(text), Buffer.from(wrapping.salt, 'base64'));
  return unseal(wrapping.sealed, wrappingKey, 'That recovery key does not open this store.');
}

/** Throws `keychain-unavailable`. */
export async function wrapWithKeychain(key: Uint8Array, keychain: Keychain): Promise<Wrapping> {
  const sealed = await keychain.encrypt(Buffer.from(key).toString('base64')).catch((cause: unknown) => {
    throw new KithError(
      'keychain-unavailable',
      `The system keychain (${keychain.backend}) does not take the key of the store. Choose a passphrase.`,
      { cause },
    );
  });
  return { kind: 'keychain', backend: keychain.backend, sealed: Buffer.from(sealed).toString('base64') };
}

/** Throws `keychain-unavailable`. */
export async function unwrapWithKeychain(
  wrapping: WrappingOf<'keychain'>,
  keychain: Keychain,
): Promise<Uint8Array> {
  try {
    const key = Buffer.from(await keychain.decrypt(Buffer.from(wrapping.sealed, 'base64')), 'base64');
    if (key.length === STORE_KEY_BYTES) return key;
  } catch (error) {
    throw keychainChanged(wrapping.backend, keychain.backend, error);
  }
  throw keychainChanged(wrapping.backend, keychain.backend);
}

function keychainChanged(from: string, to: string, cause?: unknown): KithError {
  return new KithError(
    'keychain-unavailable',
    `The system keychain (${to}, formerly ${from}) no longer opens the store. Your recovery key does.`,
    { cause },
  );
}

function scryptKey(passphrase: string, salt: Uint8Array, n: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // NFC, so that one passphrase typed on two systems is one passphrase.
    scrypt(
      passphrase.normalize('NFC'),
      salt,
      STORE_KEY_BYTES,
      { N: n, r: SCRYPT.r, p: SCRYPT.p, maxmem: SCRYPT_MAX_MEMORY_BYTES * (n / SCRYPT.N) },
      (error, key) => {
        if (error) reject(error);
        else resolve(key);
      },
    );
  });
}

function recoveryWrappingKey(recoveryKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', recoveryKey, salt, 'kith-recovery-v1', STORE_KEY_BYTES));
}

function seal(key: Uint8Array, wrappingKey: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce);
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(sealed: string, wrappingKey: Uint8Array, failure: string): Uint8Array {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch (error) {
    throw new KithError('wrong-passphrase', failure, { cause: error });
  }
}

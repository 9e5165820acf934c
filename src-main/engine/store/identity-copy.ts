/**
 * `identity.bin`: what makes this device who it is, in a file that changes a few times in its life, so
 * that a damaged store costs history and not the account (docs/decisions/0013).
 *
 * Nine bytes of header (`KITHIDNT` and the version), a nonce of 12, the sealed JSON, and a tag of 16.
 * AES-256-GCM (NIST SP 800-38D), the header authenticated with it; the key is derived from the store's
 * with HKDF-SHA256 (RFC 5869), so that the two files never share one.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { KithError } from '../../../src-shared/errors.ts';
import { isDeviceId, isUuid, type AccountId, type DeviceId } from '../../../src-shared/ids.ts';

const MAGIC = Buffer.from('KITHIDNT', 'latin1');
const VERSION = 1;
const HEADER_BYTES = MAGIC.length + 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const KEY_PURPOSE = 'kith-identity-copy-v1';

const identityRecordSchema = z.strictObject({
  accountId: z.custom<AccountId>((value) => typeof value === 'string' && isUuid(value)),
  deviceId: z.custom<DeviceId>((value) => typeof value === 'number' && isDeviceId(value)),
  registrationId: z.number().int().min(1).max(0x3fff),
  /** How often this device lost its store and began anew. */
  reinstallations: z.number().int().nonnegative(),
  state: z.enum(['pending', 'registered']),
  username: z.string(),
  displayName: z.string(),
  relayUrl: z.string(),
  relayName: z.string().nullable(),
  /** libsignal's serialization, in base64. */
  privateKey: z.base64(),
  publicKey: z.base64(),
});

/** The account without anything that changes from day to day. */
export type IdentityRecord = z.infer<typeof identityRecordSchema>;

/** The key of the copy. Whoever has it cannot open the store. */
export function identityCopyKey(storeKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', storeKey, new Uint8Array(), KEY_PURPOSE, KEY_BYTES));
}

export function sealIdentity(
  record: IdentityRecord,
  key: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Uint8Array {
  const header = Buffer.concat([MAGIC, Buffer.from([VERSION])]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(record), 'utf8'), cipher.final()]);
  return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]);
}

/**
 * Throws `store-corrupt` for a copy that is damaged or was sealed with another key, `store-too-new` for
 * one of a version that this Kith does not know.
 */
export function openIdentity(bytes: Uint8Array, key: Uint8Array): IdentityRecord {
  const header = bytes.subarray(0, HEADER_BYTES);
  const version = bytes[HEADER_BYTES - 1];
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length)) || version === undefined) throw damaged();
  if (version !== VERSION) {
    throw new KithError(
      'store-too-new',
      'The copy of your identity (identity.bin) is of another version of Kith.',
    );
  }
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) throw damaged();
  try {
    const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(header)
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES);
    const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
    return identityRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): KithError {
  return new KithError(
    'store-corrupt',
    'The copy of your identity (identity.bin) is damaged, or belongs to another store.',
    { cause },
  );
}

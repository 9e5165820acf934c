/**
 * The recovery key: 160 random bits as eight groups of four letters and digits, shown once, typed back
 * by a person. Crockford's base 32 has no I, L, O or U, so that misread characters still mean the same.
 */
import { KithError } from '../../../src-shared/errors.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const RECOVERY_KEY_BYTES = 20;
const CHARACTERS = (RECOVERY_KEY_BYTES * 8) / 5;

export function formatRecoveryKey(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let i = CHARACTERS - 1; i >= 0; i--) text += ALPHABET[Number((bits >> BigInt(i * 5)) & 31n)] ?? '';
  return text.match(/.{4}/g)?.join('-') ?? text;
}

/** Accepts any case, spaces and hyphens, and the look-alikes I, L and O. Throws `wrong-passphrase`. */
export function parseRecoveryKey(text: string): Uint8Array {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
  if (plain.length !== CHARACTERS || !/^[0-9A-HJKMNP-TV-Z]*$/.test(plain)) {
    throw new KithError(
      'wrong-passphrase',
      'That is not a recovery key: it has eight groups of four characters.',
    );
  }
  let bits = 0n;
  for (const character of plain) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character));
  const bytes = new Uint8Array(RECOVERY_KEY_BYTES);
  for (let i = RECOVERY_KEY_BYTES - 1; i >= 0; i--, bits >>= 8n) bytes[i] = Number(bits & 255n);
  return bytes;
}

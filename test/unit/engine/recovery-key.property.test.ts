import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatRecoveryKey,
  parseRecoveryKey,
  RECOVERY_KEY_BYTES,
} from '../../../src-main/engine/store/recovery-key.ts';

const keys = fc.uint8Array({ minLength: RECOVERY_KEY_BYTES, maxLength: RECOVERY_KEY_BYTES });
const wrong = expect.objectContaining({ code: 'wrong-passphrase' });

/** What people make of a key when they write it down and type it in again. */
const handwriting: readonly ((text: string) => string)[] = [
  (text) => text.toLowerCase(),
  (text) => text.replaceAll('-', ''),
  (text) => ` ${text.replaceAll('-', ' - ')}\n`,
  (text) => text.replaceAll('0', 'O'),
  (text) => text.replaceAll('0', 'o'),
  (text) => text.replaceAll('1', 'I'),
  (text) => text.replaceAll('1', 'l'),
];

describe('a recovery key', () => {
  it('is eight groups of four characters without I, L, O and U', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(formatRecoveryKey(key)).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
      }),
    );
  });

  it('has one form only', () => {
    expect(formatRecoveryKey(new Uint8Array(RECOVERY_KEY_BYTES))).toBe(
      '0000-0000-0000-0000-0000-0000-0000-0000',
    );
    expect(formatRecoveryKey(Uint8Array.from({ length: RECOVERY_KEY_BYTES }, (_, i) => i))).toBe(
      '000G-40R4-0M30-E209-185G-R38E-1W81-24GK',
    );
  });

  it('is read back, however people write it', () => {
    fc.assert(
      fc.property(keys, fc.subarray([...handwriting]), (key, habits) => {
        const typed = habits.reduce((text, habit) => habit(text), formatRecoveryKey(key));
        expect(parseRecoveryKey(typed)).toEqual(key);
      }),
    );
  });

  it('of another length is refused', () => {
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 0, max: 31 }),
        fc.integer({ min: 1, max: 40 }),
        (key, cut, more) => {
          const text = formatRecoveryKey(key).replaceAll('-', '');
          expect(() => parseRecoveryKey(text.slice(0, cut))).toThrow(wrong);
          expect(() => parseRecoveryKey(text + '0'.repeat(more))).toThrow(wrong);
        },
      ),
    );
  });

  it('with a character that is in no key is refused', () => {
    const strange = fc.constantFrom('U', 'u', '!', 'ß', 'é', '０', '\u0000', '_', '😀');
    fc.assert(
      fc.property(keys, fc.nat(38), strange, (key, at, character) => {
        const text = formatRecoveryKey(key);
        expect(() => parseRecoveryKey(text.slice(0, at) + character + text.slice(at + 1))).toThrow(wrong);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeUsername } from '../../../src-main/engine/contacts/service.ts';
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789._-';

/** The rule in words: 3 to 32 of the alphabet, a letter first, no double and no last dot. */
function isUsername(text: string): boolean {
  return (
    text.length >= 3 &&
    text.length <= 32 &&
    [...text].every((character) => ALPHABET.includes(character)) &&
    /^[a-z]/.test(text) &&
    !text.includes('..') &&
    !text.endsWith('.')
  );
}

const nearly = fc.string({
  unit: fc.constantFrom(...ALPHABET, '.', '.', 'A', 'É', ' ', '\n'),
  maxLength: 40,
});

describe('a username', () => {
  it('is what the rule says, for texts that are nearly one', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          nearly.map((text) => `a${text}`),
        ),
        (text) => {
          expect(USERNAME_PATTERN.test(text)).toBe(isUsername(text));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(['ada', 'a-b', 'ada.lovelace', 'x'.repeat(32), 'a1_'])('may be %s', (name) => {
    expect(USERNAME_PATTERN.test(name)).toBe(true);
  });

  it.each(['', 'ab', 'x'.repeat(33), '1ada', '.ada', 'ada.', 'a..b', 'Ada', 'ada lovelace', 'ada\n', 'аda'])(
    'is not "%s"',
    (name) => {
      expect(USERNAME_PATTERN.test(name)).toBe(false);
    },
  );

  it('is decided quickly for any text', () => {
    const startedMs = performance.now();
    USERNAME_PATTERN.test(`${'a.'.repeat(50_000)}!`);
    USERNAME_PATTERN.test('a-'.repeat(16) + '!');
    expect(performance.now() - startedMs).toBeLessThan(200);
  });

  it('is the same however it was typed, and typing it again changes nothing', () => {
    expect(['ada', '@ada', ' Ada ', '@ADA\n'].map(normalizeUsername)).toEqual(['ada', 'ada', 'ada', 'ada']);
    const valid = nearly.filter(isUsername);
    fc.assert(
      fc.property(valid, (name) => {
        expect(normalizeUsername(name)).toBe(name);
      }),
      { numRuns: 50 },
    );
  });
});

/** A username from a name, as far as the allowed letters go. */
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';

const MAX_USERNAME_CHARACTERS = 32;

/** Letters that decomposition does not reduce to a–z. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};

/**
 * Lower case, without accents, words joined by dots. May be shorter than a username must be, or empty
 * where the name has no Latin letters: then the person types one.
 */
export function deriveUsername(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøđðþłı]/gu, (letter) => LETTERS[letter] ?? '')
    .replace(/['’]/gu, '')
    .replace(/[^a-z0-9_-]+/gu, '.')
    .replace(/^[^a-z]+/u, '')
    .slice(0, MAX_USERNAME_CHARACTERS)
    .replace(/\.+$/u, '');
}

export function isUsername(text: string): boolean {
  return USERNAME_PATTERN.test(text);
}

/** Colour and letters of a picture, from what never changes and what is known. */

/** Colours `--avatar-1` to `--avatar-8` in the tokens. */
const AVATAR_TINTS = 8;

/** The same account has the same colour on every computer. */
export function avatarTint(accountId: string): number {
  let hash = 0;
  for (const character of accountId) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return (hash % AVATAR_TINTS) + 1;
}

/** First letters of the first and last word; whole graphemes, so that no accent or emoji is cut. */
export function initials(name: string, locale?: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => word !== '');
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  const graphemes = new Intl.Segmenter(locale, { granularity: 'grapheme' });
  return ends
    .map((word = '') => {
      const [first] = graphemes.segment(word);
      return first?.segment ?? '';
    })
    .join('')
    .toLocaleUpperCase(locale);
}

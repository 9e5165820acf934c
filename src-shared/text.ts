/** Text measured in characters as people see them (UAX #29 grapheme clusters). */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** The longest characters in use are well below this many UTF-16 units; more is not looked at. */
const UNITS_PER_CHARACTER = 32;

/** The first `maxCharacters` of a text, whole. */
export function firstCharacters(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  let end = 0;
  let count = 0;
  for (const { segment } of graphemes.segment(text.slice(0, maxCharacters * UNITS_PER_CHARACTER))) {
    if (count === maxCharacters) break;
    end += segment.length;
    count += 1;
  }
  return text.slice(0, end);
}

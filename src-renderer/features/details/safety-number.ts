/** How safety numbers are shown. */

const GROUP_DIGITS = 5;

/** Groups of five, as they are read aloud. */
export function groupDigits(digits: string): readonly string[] {
  return digits.match(new RegExp(`.{1,${String(GROUP_DIGITS)}}`, 'gu')) ?? [];
}

/** Bytes of a base64 text. */
export function bytesFromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

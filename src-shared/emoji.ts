/** What may stand as a reaction: one emoji as people see it, however many code points it takes. */

const PICTURE = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v;
/** The longest sequences in use, families with skin tones, take 35 to 41 bytes in UTF-8. */
const MAX_CODE_UNITS = 32;

export function isEmoji(text: string): boolean {
  return text.length > 0 && text.length <= MAX_CODE_UNITS && PICTURE.test(text);
}

/** One spelling for each: pictures that a font may also draw in black and white are asked for in colour. */
export function canonicalEmoji(emoji: string): string {
  return /^\p{Extended_Pictographic}$/u.test(emoji) && !/\p{Emoji_Presentation}/u.test(emoji)
    ? `${emoji}\uFE0F`
    : emoji;
}

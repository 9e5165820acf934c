/** How a text is shown: large emoji, or folded when it is very long. */

/** More than a few large emoji would shout. */
const MAX_LARGE_EMOJI = 6;
const FOLD_CHARACTERS = 1400;
const FOLD_LINES = 18;

const ONLY_EMOJI = /^(?:\p{RGI_Emoji}|\s)+$/v;
const EMOJI = /\p{RGI_Emoji}/gv;

export function isLargeEmoji(text: string): boolean {
  // Longest emoji sequences have under 40 UTF-16 units: anything longer needs no closer look.
  if (text.length > MAX_LARGE_EMOJI * 40 || !ONLY_EMOJI.test(text)) return false;
  const emoji = text.match(EMOJI) ?? [];
  return emoji.length > 0 && emoji.length <= MAX_LARGE_EMOJI;
}

/** The beginning of a very long text, or null where the text is shown whole. */
export function foldedText(text: string): string | null {
  const lineEnd = nthLineEnd(text, FOLD_LINES);
  const end = Math.min(lineEnd, FOLD_CHARACTERS);
  // Folding away a few words would be a nuisance.
  if (text.length - end < 200 && countLines(text, end) < 4) return null;
  const space = text.lastIndexOf(' ', end);
  const cut = lineEnd <= FOLD_CHARACTERS || end - space > 80 ? end : space;
  return `${withoutHalfCharacter(text.slice(0, cut)).trimEnd()}…`;
}

function nthLineEnd(text: string, lines: number): number {
  let end = -1;
  for (let line = 0; line < lines; line += 1) {
    end = text.indexOf('\n', end + 1);
    if (end === -1) return text.length;
  }
  return end;
}

function countLines(text: string, from: number): number {
  return text.slice(from).split('\n').length - 1;
}

/** Drops the first half of a surrogate pair at the end. */
function withoutHalfCharacter(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}

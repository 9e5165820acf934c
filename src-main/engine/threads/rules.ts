import { firstCharacters } from '../../../src-shared/text.ts';

/** What a thread is called: the beginning of its first message, as one would say it. */

/** Characters of a title; the inbox shows one line. */
const MAX_TITLE = 60;

export function threadTitle(firstMessage: string): string {
  const line =
    firstMessage
      .split('\n')
      .map(plain)
      .find((candidate) => candidate !== '') ?? '';
  const [sentence = line] = /^.+?[.!?…。！？](?=\s|$)/u.exec(line) ?? [];
  const title = sentence.length >= 12 ? sentence.replace(/[.。]$/u, '') : line;
  return shorten(title);
}

/** Without the signs of formatting. */
function plain(line: string): string {
  return line
    .replace(/^\s*(?:[>#]+|[-*+]|\d+[.)])\s+/u, '')
    .replace(/[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

function shorten(text: string): string {
  if (firstCharacters(text, MAX_TITLE) === text) return text;
  const cut = firstCharacters(text, MAX_TITLE - 1);
  const lastSpace = cut.lastIndexOf(' ');
  return `${(lastSpace > MAX_TITLE / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}

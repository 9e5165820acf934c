/** Finds the web addresses in a text. Only http and https: nothing else is ever opened. */

export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly url: string };

const CANDIDATE = /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"`\p{C}]+/giu;
/** Marks that end a sentence rather than an address. */
const TRAILING = /[.,;:!?'*_~…。，！？»”’)\]}]$/u;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** The parts of `text` in order; joined, they are the text again. */
export function splitLinks(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimEnd(match[0]);
    const url = webAddress(address);
    if (url === null) continue;
    if (match.index > end) parts.push({ type: 'text', text: text.slice(end, match.index) });
    parts.push({ type: 'link', text: address, url });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ type: 'text', text: text.slice(end) });
  return parts;
}

function trimEnd(candidate: string): string {
  let address = candidate;
  for (;;) {
    const last = TRAILING.exec(address)?.[0];
    if (last === undefined) return address;
    const opening = OPENING[last];
    // A closing bracket belongs to the address when the address opened it.
    if (opening !== undefined && count(address, opening) >= count(address, last)) return address;
    address = address.slice(0, -last.length);
  }
}

function webAddress(text: string): string | null {
  const url = URL.parse(text);
  const isWeb = url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
  // A name before the host is how an address pretends to be another.
  return isWeb && url.hostname !== '' && url.username === '' && url.password === '' ? url.href : null;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

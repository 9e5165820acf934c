/** Finds who is spoken to in a text: `@username`, or `@room` for everybody. */
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { Mention } from './extras.ts';

const EVERYBODY = 'room';
/** Not inside a word: addresses of mail are no mentions. */
const CANDIDATE = /(?<![\p{L}\p{N}_.@/])@([a-z][a-z0-9._-]*)/giu;

/** `members` by username. Names of others are left as they are. */
export function findMentions(text: string, members: ReadonlyMap<string, AccountId>): readonly Mention[] {
  const mentions: Mention[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const name = longestName(match[1]?.toLowerCase() ?? '', members);
    if (name === null) continue;
    const whom = name === EVERYBODY ? 'room' : members.get(name);
    if (whom !== undefined) mentions.push({ start: match.index, length: name.length + 1, whom });
  }
  return mentions;
}

/** What follows a name may look like part of it: a full stop at the end of a sentence. */
function longestName(candidate: string, members: ReadonlyMap<string, AccountId>): string | null {
  for (let end = candidate.length; end >= EVERYBODY.length - 1; end--) {
    const name = candidate.slice(0, end);
    if (name === EVERYBODY || (members.has(name) && USERNAME_PATTERN.test(name))) return name;
  }
  return null;
}

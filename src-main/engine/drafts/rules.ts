import { laterStamp } from '../crypto/stamp.ts';
import { NO_DRAFT, type StoredDraft, type Written } from './repository.ts';

/**
 * Takes in what some device wrote; the outcome is the same in whatever order it is told. The last writing
 * shows, and the last that says something else is offered beside it. Emptying a draft also ends what was
 * written before, because it was sent, or nobody wanted it.
 */
export function mergeDraft(known: StoredDraft, written: Written): StoredDraft {
  const emptiedStamp =
    written.text === '' ? laterStamp(known.emptiedStamp, written.stamp) : known.emptiedStamp;
  const alive = [known.newest, known.older, written]
    .filter(({ text, stamp }) => text !== '' && stamp > emptiedStamp)
    .sort((a, b) => (a.stamp < b.stamp ? 1 : -1));
  const newest = alive[0] ?? { text: '', stamp: emptiedStamp };
  const older = alive.find(({ text }) => text !== newest.text) ?? NO_DRAFT.older;
  return { newest, older, emptiedStamp };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  contentHash,
  judgeLink,
  type ChainClaim,
  type ChainLink,
} from '../../../src-main/engine/crypto/author-chain.ts';

interface Said {
  readonly claim: ChainClaim;
  readonly content: Uint8Array;
}

/** What an honest author says, each content naming the one before it. */
function honestChain(texts: readonly string[]): readonly Said[] {
  let head: ChainLink | null = null;
  return texts.map((text) => {
    const claim: ChainClaim = {
      index: (head?.index ?? 0) + 1,
      previousHash: head?.hash ?? new Uint8Array(),
    };
    // As on the wire, where the claim is part of what is hashed.
    const content = Buffer.concat([
      Buffer.from(`${String(claim.index)} `),
      claim.previousHash,
      Buffer.from(text),
    ]);
    head = advance(head, claim, content);
    return { claim, content };
  });
}

function verdicts(said: readonly Said[]): readonly string[] {
  let head: ChainLink | null = null;
  return said.map(({ claim, content }) => {
    const verdict = judgeLink(head, claim);
    head = advance(head, claim, content);
    return verdict;
  });
}

const isHonest = (all: readonly string[]): boolean =>
  all.every((verdict, index) => verdict === (index === 0 ? 'first' : 'continues'));

const texts = fc.array(fc.string(), { minLength: 3, maxLength: 20 });
/** A place that has one before it and one after it. */
const chainAndPlace = texts.chain((all) =>
  fc.tuple(fc.constant(honestChain(all)), fc.integer({ min: 1, max: all.length - 2 })),
);

describe('the chain of an author', () => {
  it('is never suspicious in its own order', () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(isHonest(verdicts(honestChain(all)))).toBe(true);
      }),
    );
  });

  it('shows that something was left out, also at the very beginning', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.integer({ min: 1, max: 5 }), ([chain, at], count) => {
        expect(verdicts(chain.toSpliced(0, 1))[0]).toBe('gap');
        if (at + count < chain.length) expect(verdicts(chain.toSpliced(at, count))[at]).toBe('gap');
      }),
    );
  });

  it('shows that the order is another, and closes the gap when the missing one comes', () => {
    fc.assert(
      fc.property(chainAndPlace, ([chain, at]) => {
        const [one, other] = [chain[at], chain[at + 1]];
        if (one === undefined || other === undefined) throw new Error('the place is within the chain');
        expect(verdicts(chain.toSpliced(at, 2, other, one)).slice(at, at + 2)).toEqual(['gap', 'late']);
      }),
    );
  });

  it('shows a content that came before', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.nat(19), ([chain, at], again) => {
        const replayed = chain[again % (at + 1)];
        if (replayed === undefined) throw new Error('the place is within the chain');
        expect(verdicts(chain.toSpliced(at + 1, 0, replayed))[at + 1]).toMatch(/^(?:late|fork)$/);
      }),
    );
  });

  it('shows with the next content that one was altered', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.string({ minLength: 1 }), ([chain, at], change) => {
        const original = chain[at];
        if (original === undefined) throw new Error('the place is within the chain');
        const altered = { ...original, content: Buffer.concat([original.content, Buffer.from(change)]) };
        expect(verdicts(chain.with(at, altered))[at + 1]).toBe('fork');
      }),
    );
  });

  it('shows that an author tells two people two stories', () => {
    fc.assert(
      fc.property(chainAndPlace, ([chain, at]) => {
        const claim = chain[at]?.claim;
        if (claim === undefined) throw new Error('the place is within the chain');
        const other = { claim, content: Buffer.from('something else') };
        expect(verdicts(chain.toSpliced(at + 1, 0, other))[at + 1]).toBe('fork');
      }),
    );
  });

  it('is led by its newest content, and nothing older moves it', () => {
    const [first, second] = honestChain(['one', 'two']);
    if (first === undefined || second === undefined) throw new Error('two were said');
    const head = advance(advance(null, first.claim, first.content), second.claim, second.content);
    expect(head).toEqual({ index: 2, hash: contentHash(second.content) });
    expect(advance(head, first.claim, first.content)).toBe(head);
  });
});

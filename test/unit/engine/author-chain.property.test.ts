import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  contentHash,
  judgeLate,
  judgeLink,
  type ChainClaim,
  type ChainLink,
  type KnownLink,
} from '../../../src-main/engine/crypto/author-chain.ts';

interface Said {
  readonly claim: ChainClaim;
  readonly content: Uint8Array;
}

/** What an honest author says, each content naming the one before it. */
function honestChain(texts: readonly string[], epoch = 0): readonly Said[] {
  let head: ChainLink | null = null;
  return texts.map((text) => {
    const claim: ChainClaim = {
      epoch,
      index: (head?.index ?? 0) + 1,
      previousHash: head?.hash ?? new Uint8Array(),
    };
    // As on the wire, where the claim is part of what is hashed.
    const content = Buffer.concat([
      Buffer.from(`${String(epoch)} ${String(claim.index)} `),
      claim.previousHash,
      Buffer.from(text),
    ]);
    head = advance(head, claim, content);
    return { claim, content };
  });
}

/** As a receiver does it, who remembers the newest link of every epoch. */
function verdicts(said: readonly Said[]): readonly string[] {
  const heads = new Map<number, ChainLink>();
  return said.map(({ claim, content }) => {
    const head = heads.get(claim.epoch) ?? null;
    const verdict = judgeLink(head, claim);
    heads.set(claim.epoch, advance(head, claim, content));
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

describe('the chains of a device that is reinstalled', () => {
  /** What each installation said, and in which order these parts come through. */
  const lives = fc
    .array(texts, { minLength: 2, maxLength: 5 })
    .chain((all) =>
      fc.tuple(
        fc.constant(all.map((said, epoch) => honestChain(said, epoch))),
        fc.array(fc.nat({ max: all.length - 1 }), { maxLength: 60 }),
      ),
    );

  it('are honest in any interleaving, one beside the other', () => {
    fc.assert(
      fc.property(lives, ([chains, order]) => {
        const left = chains.map((chain) => [...chain]);
        const arriving = order.flatMap((epoch) => left[epoch]?.shift() ?? []).concat(left.flat());
        const judged = verdicts(arriving);
        for (const epoch of chains.keys()) {
          const ofEpoch = judged.filter((_, index) => arriving[index]?.claim.epoch === epoch);
          expect(isHonest(ofEpoch)).toBe(true);
        }
      }),
    );
  });

  it('would be a lie in a single one', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const both = [...honestChain(before, 0), ...honestChain(after, 1)];
        const single = both.map((said) => ({ ...said, claim: { ...said.claim, epoch: 0 } }));
        expect(isHonest(verdicts(single))).toBe(false);
      }),
    );
  });

  it('show what is left out of any of them', () => {
    fc.assert(
      fc.property(chainAndPlace, texts, ([former, at], later) => {
        const arriving = [...former.toSpliced(at, 1), ...honestChain(later, 1)];
        expect(verdicts(arriving)[at]).toBe('gap');
      }),
    );
  });
});

describe('a content that comes late', () => {
  const known = ({ claim, content }: Said): KnownLink => ({
    index: claim.index,
    hash: contentHash(content),
    previousHash: claim.previousHash,
  });

  it('fits whatever is still known of its honest chain', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.func(fc.boolean()), ([chain, at], isKnown) => {
        const late = chain[at];
        if (late === undefined) throw new Error('the place is within the chain');
        const others = chain.filter((said) => isKnown(said.claim.index)).map(known);
        expect(judgeLate(late.claim, late.content, others)).toBe('late');
      }),
    );
  });

  it('is found out by any one neighbour when it is not what was said there', () => {
    fc.assert(
      fc.property(
        chainAndPlace,
        fc.constantFrom(-1, 0, 1),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        ([chain, at], which, wrongHash) => {
          const [late, neighbour] = [chain[at], chain[at + which]];
          if (late === undefined || neighbour === undefined) throw new Error('the place is within the chain');
          const claim = { ...late.claim, previousHash: wrongHash };
          const content = Buffer.concat([late.content, wrongHash]);
          expect(judgeLate(claim, content, [known(neighbour)])).toBe('fork');
        },
      ),
    );
  });
});

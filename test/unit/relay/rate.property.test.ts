import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../../src-relay/rate/rate-limiter.ts';
import { fullBucket, take, type BucketState } from '../../../src-relay/rate/token-bucket.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';

const shapes = fc.record({
  capacity: fc.integer({ min: 1, max: 1000 }),
  tokensPerMs: fc.double({ min: 0.001, max: 10, noNaN: true }),
});
const steps = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 5000 }), cost: fc.integer({ min: 0, max: 2000 }) }),
);

describe('a token bucket', () => {
  it('never grants more than its capacity plus the refill', () => {
    fc.assert(
      fc.property(shapes, steps, (shape, all) => {
        let state: BucketState = fullBucket(shape, 0);
        let nowMs = 0;
        let granted = 0;
        for (const { waitMs, cost } of all) {
          nowMs += waitMs;
          const taking = take(shape, state, cost, nowMs);
          state = taking.state;
          if (taking.granted) granted += Math.min(cost, shape.capacity);
          expect(state.tokens).toBeGreaterThanOrEqual(0);
          expect(state.tokens).toBeLessThanOrEqual(shape.capacity);
          expect(granted).toBeLessThanOrEqual(shape.capacity + nowMs * shape.tokensPerMs + 1e-6);
        }
      }),
    );
  });

  it('grants what it refused after the wait it named, however large the request', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 5000 }), (shape, cost) => {
        const { state } = take(shape, fullBucket(shape, 0), shape.capacity, 0);
        const refused = take(shape, state, cost, 0);
        if (refused.granted) throw new Error('an empty bucket granted something');
        // A thousandth of a millisecond for rounding.
        expect(take(shape, refused.state, cost, refused.retryAfterMs + 0.001).granted).toBe(true);
      }),
    );
  });

  it('is not refilled by a clock that goes back', () => {
    const shape = { capacity: 10, tokensPerMs: 1 };
    const { state } = take(shape, fullBucket(shape, 1000), 10, 1000);
    expect(take(shape, state, 1, 500).granted).toBe(false);
  });
});

describe('a rate limiter', () => {
  it('keeps keys apart and remembers a bounded number of them, the longest unused forgotten first', () => {
    const limiter = new RateLimiter({ capacity: 1, tokensPerMs: 0.001 }, new ManualTime(), 2);
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('b')).toBe(0);
    expect(limiter.take('a')).toBe(1000);
    expect(limiter.take('c')).toBe(0);
    expect(limiter.take('a')).toBe(1000);
    expect(limiter.take('b')).toBe(0);
  });
});

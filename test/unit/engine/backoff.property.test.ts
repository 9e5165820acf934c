import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffDelayMs,
  RECONNECT_BASE_MS,
  RECONNECT_CAP_MS,
  SEND_RETRY_BASE_MS,
  SEND_RETRY_CAP_MS,
} from '../../../src-main/engine/sync/backoff.ts';

const range = fc.constantFrom(
  { baseMs: RECONNECT_BASE_MS, capMs: RECONNECT_CAP_MS },
  { baseMs: SEND_RETRY_BASE_MS, capMs: SEND_RETRY_CAP_MS },
);
const failures = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2 ** 31 }));

describe('waiting before the next attempt', () => {
  it('is between nothing and the cap, after any number of failures', () => {
    fc.assert(
      fc.property(range, failures, fc.double({ min: 0, max: 1, noNaN: true }), (bounds, count, luck) => {
        const delayMs = backoffDelayMs(count, bounds, (min, max) => min + Math.floor(luck * (max - min)));
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(bounds.capMs);
      }),
    );
  });

  it('is spread over all of it, and doubles with each failure up to the cap', () => {
    const longest = (count: number): number =>
      backoffDelayMs(count, { baseMs: 500, capMs: 60_000 }, (min, max) => {
        expect(min).toBe(0);
        return max;
      });
    expect([1, 2, 3, 7, 8, 1_000].map(longest)).toEqual([1_000, 2_000, 4_000, 60_000, 60_000, 60_000]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_TOLERANCE_MS,
  compareHybridTimes,
  isPlausible,
  nextHybridTime,
  witnessHybridTime,
  type HybridTime,
} from '../../../src-main/engine/crypto/hybrid-clock.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const START_MS = Date.UTC(2026, 0, 1);
const MAX_COUNTER = 2 ** 32 - 1;

const jump = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -YEAR_MS, max: YEAR_MS }));
const counter = fc.oneof(fc.nat(3), fc.integer({ min: MAX_COUNTER - 3, max: MAX_COUNTER }));
type Step =
  | { readonly does: 'say'; readonly jumpMs: number }
  | { readonly does: 'hear'; readonly jumpMs: number; readonly aheadMs: number; readonly counter: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant('say' as const), jumpMs: jump }),
  fc.record({ does: fc.constant('hear' as const), jumpMs: jump, aheadMs: jump, counter }),
);

/** Runs a history of saying and hearing under a clock that jumps; hands every time said to `onSaid`. */
function run(steps: readonly Step[], onStep: (last: HybridTime, next: HybridTime, step: Step) => void): void {
  let nowMs = START_MS;
  let time: HybridTime = { ms: 0, counter: 0 };
  for (const step of steps) {
    nowMs = Math.max(0, nowMs + step.jumpMs);
    const last = time;
    time =
      step.does === 'say'
        ? nextHybridTime(last, nowMs)
        : witnessHybridTime(last, { ms: Math.max(0, nowMs + step.aheadMs), counter: step.counter }, nowMs);
    onStep(last, time, step);
  }
}

describe('the hybrid clock', () => {
  it('grows with everything said, and never goes back, whatever the clock of the device does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run(steps, (last, next, { does }) => {
          if (does === 'say') expect(compareHybridTimes(next, last)).toBeGreaterThan(0);
          else expect(compareHybridTimes(next, last)).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('stays within what travels, after any counter of others', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run(steps, (_, next) => {
          expect(next.counter).toBeLessThanOrEqual(MAX_COUNTER);
          expect(Number.isSafeInteger(next.ms)).toBe(true);
        });
      }),
    );
  });

  it('comes after everything it has seen, unless that claims to be from the future', () => {
    fc.assert(
      fc.property(fc.nat(YEAR_MS), jump, counter, (nowMs, aheadMs, count) => {
        const seen = { ms: Math.max(0, nowMs + aheadMs), counter: count };
        const time = witnessHybridTime({ ms: 0, counter: 0 }, seen, nowMs);
        if (seen.ms > nowMs + CLOCK_TOLERANCE_MS) expect(time).toEqual({ ms: 0, counter: 0 });
        else expect(compareHybridTimes(nextHybridTime(time, nowMs), seen)).toBeGreaterThan(0);
      }),
    );
  });

  it('believes what is late by any amount, and up to five minutes of future', () => {
    expect(CLOCK_TOLERANCE_MS).toBe(300_000);
    expect(isPlausible({ ms: 0, counter: 0 }, START_MS)).toBe(true);
    expect(isPlausible({ ms: START_MS + CLOCK_TOLERANCE_MS, counter: 9 }, START_MS)).toBe(true);
    expect(isPlausible({ ms: START_MS + CLOCK_TOLERANCE_MS + 1, counter: 0 }, START_MS)).toBe(false);
  });
});

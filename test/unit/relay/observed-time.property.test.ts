import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstObservation,
  HOLD_MS,
  observe,
  type ObservedTime,
} from '../../../src-relay/services/observed-time.ts';

const HOUR_MS = 60 * 60 * 1000;
const START_MS = Date.UTC(2026, 0, 1);

/** The relay runs for a while and looks at the clock, which is off by so much; or it is off and starts again. */
interface Step {
  readonly runMs: number;
  readonly offMs: number;
  readonly wrongByMs: number;
}

interface Life {
  readonly time: ObservedTime;
  readonly realMs: number;
}

/** All that was believed and what time it really was. */
function live(steps: readonly Step[], from: Life): readonly Life[] {
  let life = from;
  return steps.map(({ runMs, offMs, wrongByMs }) => {
    const realMs = life.realMs + runMs + offMs;
    life = { realMs, time: observe(life.time, realMs + wrongByMs, runMs) };
    return life;
  });
}

const newRelay: Life = { time: firstObservation(START_MS, null), realMs: START_MS };

const runMs = fc.integer({ min: 0, max: 12 * HOUR_MS });
const offMs = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90 * 24 * HOUR_MS }));
const rightSteps = fc.array(fc.record({ runMs, offMs, wrongByMs: fc.constant(0) }), { maxLength: 60 });
const past = fc.integer({ min: -20 * 365 * 24 * HOUR_MS, max: -1 });
const future = fc.integer({ min: 1, max: 20 * 365 * 24 * HOUR_MS });
/** Together less than the hold, whatever the starts in between. */
const wrongSteps = fc.array(
  fc.record({
    runMs: fc.integer({ min: 0, max: HOLD_MS / 12 - 1 }),
    offMs,
    wrongByMs: fc.oneof(future, past),
  }),
  { maxLength: 12 },
);

describe('the time that a relay has observed', () => {
  it('is never ahead of real time while the clock is right, in whatever pieces it runs', () => {
    fc.assert(
      fc.property(rightSteps, (steps) => {
        for (const { time, realMs } of live(steps, newRelay))
          expect(time.trustedMs).toBeLessThanOrEqual(realMs);
      }),
    );
  });

  it('is never ahead of real time because a clock was wrong for less than a day of running', () => {
    fc.assert(
      fc.property(rightSteps, wrongSteps, rightSteps, (before, wrong, after) => {
        for (const { time, realMs } of live([...before, ...wrong, ...after], newRelay)) {
          expect(time.trustedMs).toBeLessThanOrEqual(realMs);
        }
      }),
    );
  });

  it('is real time again after two days of running by a right clock, whatever was before', () => {
    const lookMs = HOUR_MS / 6;
    const twoDays = Array.from({ length: (2 * HOLD_MS) / lookMs + 1 }, () => ({
      runMs: lookMs,
      offMs: 0,
      wrongByMs: 0,
    }));
    fc.assert(
      fc.property(rightSteps, wrongSteps, (before, wrong) => {
        const { time, realMs } = live([...before, ...wrong, ...twoDays], newRelay).at(-1) ?? newRelay;
        expect(time.trustedMs).toBe(realMs);
      }),
    );
  });

  it('catches up although the relay runs for eight hours a day', () => {
    const days = Array.from({ length: 60 }, () => ({
      runMs: 8 * HOUR_MS,
      offMs: 16 * HOUR_MS,
      wrongByMs: 0,
    }));
    const lags = live(days, newRelay).map(({ time, realMs }) => realMs - time.trustedMs);
    expect(Math.max(...lags)).toBeLessThanOrEqual(6 * 24 * HOUR_MS);
  });

  it('begins with the newest mail where that is older than the clock says', () => {
    expect(firstObservation(START_MS, START_MS - HOUR_MS).trustedMs).toBe(START_MS - HOUR_MS);
    expect(firstObservation(START_MS, START_MS + HOUR_MS).trustedMs).toBe(START_MS);
  });
});

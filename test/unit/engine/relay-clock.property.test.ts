import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayClock } from '../../../src-main/engine/relay-clock.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';

const START_MS = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

describe('relay time', () => {
  it('goes on evenly while connected, however the wall clock jumps', () => {
    const steps = fc.array(
      fc.record({ passMs: fc.nat(60_000), jumpMs: fc.integer({ min: -YEAR_MS, max: YEAR_MS }) }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: -YEAR_MS, max: YEAR_MS }), (all, wrongByMs) => {
        const time = new ManualTime(START_MS + wrongByMs);
        const clock = new RelayClock(time, 0);
        clock.hear(START_MS);
        let relayMs = START_MS;
        for (const { passMs, jumpMs } of all) {
          time.setWall(time.now() + jumpMs);
          time.advance(passMs);
          relayMs += passMs;
          expect(clock.nowMs()).toBe(relayMs);
        }
      }),
    );
  });

  it('is the wall clock, set right, while there is no connection', () => {
    const time = new ManualTime(START_MS - YEAR_MS);
    const clock = new RelayClock(time, 1_000);
    expect(clock.nowMs()).toBe(START_MS - YEAR_MS + 1_000);
    clock.hear(START_MS);
    clock.disconnected();
    // As a computer sleeps: the wall clock goes on, the other one does not.
    time.setWall(time.now() + 8 * 60 * 60_000);
    expect(clock.nowMs()).toBe(START_MS + 8 * 60 * 60_000);
    expect(clock.offsetMs).toBe(YEAR_MS);
  });

  it('is not taken from a relay whose clock cannot be right', () => {
    const clock = new RelayClock(new ManualTime(START_MS), 0);
    for (const wrong of [0, 1, Date.UTC(1970, 0, 2), 2 ** 53, Number(2n ** 64n - 1n)]) {
      clock.hear(wrong);
      expect(clock.nowMs()).toBe(START_MS);
    }
  });
});

import { systemClock, type Clock } from '../../../src-shared/clock.ts';

/** The system's clock, set wrong by an amount that a test may change; what runs monotonically goes on. */
export class AdjustableClock implements Clock {
  offsetMs = 0;

  now(): number {
    return systemClock.now() + this.offsetMs;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }
}

import { orderToMs } from '../../../src-shared/protocol/limits.ts';

/**
 * Hybrid logical clock (Kulkarni et al., 2014): Unix milliseconds where clocks allow it, and a counter
 * that keeps cause before effect where they do not.
 */
export interface HybridTime {
  readonly ms: number;
  readonly counter: number;
}

/** A clock of another device may be ahead of the relay's by this much and still be believed; DESIGN §7. */
export const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

export function compareHybridTimes(a: HybridTime, b: HybridTime): number {
  return a.ms - b.ms || a.counter - b.counter;
}

/** The counter travels in 32 bits, and others may have set it to anything. */
const MAX_COUNTER = 2 ** 32 - 1;

/** The time of the next content of ours: after everything seen, and not before `nowMs`. */
export function nextHybridTime(last: HybridTime, nowMs: number): HybridTime {
  if (nowMs > last.ms) return { ms: nowMs, counter: 0 };
  return last.counter < MAX_COUNTER
    ? { ms: last.ms, counter: last.counter + 1 }
    : { ms: last.ms + 1, counter: 0 };
}

/**
 * Our own last time, unless it lies further ahead than anybody would believe: then our clock was wrong
 * when it was taken, and going on from it would mark all that follows.
 */
export function believableTime(last: HybridTime, relayNowMs: number): HybridTime {
  return last.ms > relayNowMs + CLOCK_TOLERANCE_MS ? { ms: relayNowMs, counter: 0 } : last;
}

/** Takes over a time seen on a content, unless it claims to be from the future. */
export function witnessHybridTime(last: HybridTime, seen: HybridTime, relayNowMs: number): HybridTime {
  if (seen.ms > relayNowMs + CLOCK_TOLERANCE_MS) return last;
  return compareHybridTimes(seen, last) > 0 ? seen : last;
}

/** Late is fine: mail may wait for weeks. The future is not. */
export function isPlausible(seen: HybridTime, acceptedAtMs: number): boolean {
  return seen.ms <= acceptedAtMs + CLOCK_TOLERANCE_MS;
}

/** A time as it counts: one from the future for no more than the time of acceptance allows. */
export function heldBack(time: HybridTime, acceptedOrder: number | null): HybridTime {
  if (acceptedOrder === null) return time;
  const latestMs = orderToMs(acceptedOrder) + CLOCK_TOLERANCE_MS;
  return time.ms > latestMs ? { ms: latestMs, counter: time.counter } : time;
}

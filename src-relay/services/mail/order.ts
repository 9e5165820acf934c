/** The order of acceptance: a hybrid of wall clock and counter that never goes back. */
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';

/**
 * The position after `last`: Unix milliseconds × 1024, or one more than the last where more than 1,024
 * were given within a millisecond or the clock went back. Stays a safe integer until the year 2248.
 */
export function nextOrder(last: number, nowMs: number): number {
  return Math.max(last + 1, orderFromMs(Math.floor(nowMs)));
}

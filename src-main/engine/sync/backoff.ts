/**
 * When to try again: full jitter (Brooker, "Exponential Backoff and Jitter", 2015), so that a relay that
 * comes back is not met by everybody at once.
 */
export const RECONNECT_BASE_MS = 500;
export const RECONNECT_CAP_MS = 60_000;
/** A connection that held this long starts the count anew. */
export const HEALTHY_AFTER_MS = 30_000;

/** Sends that the relay refused for the moment; growing to a quarter of an hour. */
export const SEND_RETRY_BASE_MS = 1_000;
export const SEND_RETRY_CAP_MS = 15 * 60_000;
/** After this long a message is shown as failed, and a person decides. */
export const SEND_GIVE_UP_MS = 24 * 60 * 60_000;

export interface BackoffRange {
  readonly baseMs: number;
  readonly capMs: number;
}

/** A delay for the attempt after `failures` in a row (1 and up); `random(min, max)` includes both ends. */
export function backoffDelayMs(
  failures: number,
  { baseMs, capMs }: BackoffRange,
  random: (min: number, max: number) => number,
): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
  return random(0, Math.floor(ceilingMs));
}

/** Time by injection, so that tests decide what time it is. */
export interface Clock {
  /** Wall clock: Unix time in milliseconds. May jump either way. */
  now(): number;
  /** Milliseconds from an arbitrary start. Never goes back. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Timers by injection. Handles are opaque. */
export interface Timers {
  /** Calls back once after `delayMs`, or after 24 days where that is longer; returns a function that cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Node takes a longer delay for no delay at all. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS));
    return () => {
      clearTimeout(handle);
    };
  },
};

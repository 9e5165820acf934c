import type { Clock, Timers } from '../../src-shared/clock.ts';

export interface HeartbeatOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onSilent: () => void;
}

/**
 * Notices a peer that was silent for too long. A sign of life only notes the time; the one timer looks at
 * it when the time is up, and waits for the rest.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #lastSeenMs: number;
  #cancel: () => void;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#lastSeenMs = options.clock.monotonic();
    this.#cancel = this.#arm(options.timeoutMs);
  }

  seen(): void {
    this.#lastSeenMs = this.#options.clock.monotonic();
  }

  stop(): void {
    this.#cancel();
  }

  #arm(delayMs: number): () => void {
    return this.#options.timers.after(delayMs, () => {
      const { clock, timeoutMs, onSilent } = this.#options;
      const leftMs = this.#lastSeenMs + timeoutMs - clock.monotonic();
      // A system timer may fire a fraction of a millisecond early.
      if (leftMs < 1) onSilent();
      else this.#cancel = this.#arm(leftMs);
    });
  }
}

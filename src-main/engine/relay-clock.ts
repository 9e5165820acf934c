/**
 * Relay time as well as this device knows it. While there is a connection it runs on a clock that nobody
 * can set, so that a jump of the wall clock does not make our messages come from the future.
 */
import type { Clock } from '../../src-shared/clock.ts';

/** A relay that says less or more has a broken clock, and ours is the better one. */
const EARLIEST_MS = Date.UTC(2024, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

export class RelayClock {
  readonly #clock: Clock;
  /** Relay time minus wall clock, as last measured. */
  #offsetMs: number;
  #heard: { readonly relayMs: number; readonly monotonicMs: number } | null = null;

  constructor(clock: Clock, offsetMs: number) {
    this.#clock = clock;
    this.#offsetMs = offsetMs;
  }

  /** To be kept for the next start. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  nowMs(): number {
    if (this.#heard === null) return this.#clock.now() + this.#offsetMs;
    return Math.round(this.#heard.relayMs + this.#clock.monotonic() - this.#heard.monotonicMs);
  }

  /** The relay has just said what time it is. */
  hear(relayMs: number): void {
    if (relayMs < EARLIEST_MS || relayMs > LATEST_MS) return;
    this.#heard = { relayMs, monotonicMs: this.#clock.monotonic() };
    this.#offsetMs = Math.round(relayMs - this.#clock.now());
  }

  /** Without a connection the wall clock it is: the other one may stand still while a computer sleeps. */
  disconnected(): void {
    this.#heard = null;
  }
}

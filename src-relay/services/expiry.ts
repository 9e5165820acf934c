import type { Clock, Timers } from '../../src-shared/clock.ts';
import { orderFromMs, orderToMs } from '../../src-shared/protocol/limits.ts';
import { DAY_MS, type RelayLimits } from '../limits.ts';
import type { ExpiryTerms, RelayStorage } from '../storage/storage.ts';
import { firstObservation, observe, type ObservedTime } from './observed-time.ts';

/** What counts as too old at `nowMs`, which is the trusted time. */
function expiryTerms(nowMs: number, limits: RelayLimits): ExpiryTerms {
  return {
    mailBeforeOrder: orderFromMs(nowMs - limits.mailLifetimeDays * DAY_MS),
    acceptedBeforeOrder: orderFromMs(nowMs - limits.idempotencyDays * DAY_MS),
    takenPreKeysBeforeMs: nowMs - limits.takenPreKeyDays * DAY_MS,
    maxRows: limits.expiryRows,
  };
}

export interface ExpiryOptions {
  readonly limits: RelayLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Removes expired rows in the background: small steps with pauses while there are any, then a long rest.
 * Goes by the time that the relay has observed, and keeps that time.
 */
export class Expiry {
  readonly #storage: RelayStorage;
  readonly #options: ExpiryOptions;
  #cancel: () => void;
  #stopped = false;
  /** Running time at the last look that was saved; at the start before the first. */
  #lookedAtMs: number;
  /** The time that all steps of a round go by; null between rounds. */
  #roundMs: number | null = null;
  #step: Promise<void> = Promise.resolve();

  constructor(storage: RelayStorage, options: ExpiryOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#lookedAtMs = options.clock.monotonic();
    this.#cancel = this.#after(options.limits.expiryPauseMs);
  }

  /** Resolves when no step runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#step;
  }

  #after(delayMs: number): () => void {
    return this.#options.timers.after(delayMs, () => {
      this.#step = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { limits, onFailed } = this.#options;
    let pauseMs = limits.expiryIntervalMs;
    try {
      const trustedMs = this.#roundMs ?? (await this.#look()).trustedMs;
      const result = await this.#storage.expire(expiryTerms(trustedMs, limits));
      this.#roundMs = result.progress === 'partial' ? trustedMs : null;
      if (result.progress === 'partial') pauseMs = limits.expiryPauseMs;
    } catch (error) {
      onFailed(error);
    }
    if (!this.#stopped) this.#cancel = this.#after(pauseMs);
  }

  /** Looks at the clock, and saves what it makes of it: a restart must not begin a hold anew. */
  async #look(): Promise<ObservedTime> {
    const { clock } = this.#options;
    const saved = await this.#storage.observedTime();
    const lastOrder = await this.#storage.mail.lastOrder();
    const [wallMs, runningMs] = [clock.now(), clock.monotonic()];
    const elapsedMs = runningMs - this.#lookedAtMs;
    const before = saved ?? firstObservation(wallMs - elapsedMs, newestMs(lastOrder));
    const time = observe(before, wallMs, elapsedMs);
    await this.#storage.saveObservedTime(time);
    this.#lookedAtMs = runningMs;
    return time;
  }
}

function newestMs(lastOrder: number): number | null {
  return lastOrder === 0 ? null : orderToMs(lastOrder);
}

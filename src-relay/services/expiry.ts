import type { Clock, Timers } from '../../src-shared/clock.ts';
import { orderFromMs } from '../../src-shared/protocol/limits.ts';
import { DAY_MS, type RelayLimits } from '../limits.ts';
import type { ExpiryTerms, RelayStorage } from '../storage/storage.ts';

/** What counts as too old at `nowMs`. */
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

/** Removes expired rows in the background: small steps with pauses while there are any, then a long rest. */
export class Expiry {
  readonly #storage: RelayStorage;
  readonly #options: ExpiryOptions;
  #cancel: () => void;
  #stopped = false;
  #step: Promise<void> = Promise.resolve();

  constructor(storage: RelayStorage, options: ExpiryOptions) {
    this.#storage = storage;
    this.#options = options;
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
    const { limits, clock, onFailed } = this.#options;
    let pauseMs = limits.expiryIntervalMs;
    try {
      const result = await this.#storage.expire(expiryTerms(clock.now(), limits));
      if (result.progress === 'partial') pauseMs = limits.expiryPauseMs;
    } catch (error) {
      onFailed(error);
    }
    if (!this.#stopped) this.#cancel = this.#after(pauseMs);
  }
}

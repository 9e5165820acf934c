import type { Clock } from '../../src-shared/clock.ts';
import { fullBucket, take, type BucketShape, type BucketState } from './token-bucket.ts';

/**
 * One token bucket per key, for a bounded number of keys. The key unused for longest is forgotten first,
 * which only ever gives it a full bucket again.
 */
export class RateLimiter {
  readonly #shape: BucketShape;
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, BucketState>();

  constructor(shape: BucketShape, clock: Clock, maxKeys: number) {
    this.#shape = shape;
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** Takes `cost` tokens of `key`. Returns 0 when granted, else the milliseconds to wait. */
  take(key: string, cost = 1): number {
    const nowMs = this.#clock.monotonic();
    const taking = take(this.#shape, this.#buckets.get(key) ?? fullBucket(this.#shape, nowMs), cost, nowMs);
    // Deleting first moves the key to the end: a Map iterates in insertion order.
    this.#buckets.delete(key);
    this.#buckets.set(key, taking.state);
    this.#forgetOldest();
    return taking.granted ? 0 : taking.retryAfterMs;
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= this.#maxKeys) return;
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}

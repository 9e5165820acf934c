/**
 * Token bucket: a burst up to the capacity, then a steady refill. Pure; the caller keeps the state and
 * brings a monotonic time.
 */

/** No wait is told longer than this, even where the refill is next to nothing. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export interface BucketShape {
  /** Tokens of a full bucket: the largest burst. */
  readonly capacity: number;
  readonly tokensPerMs: number;
}

export interface BucketState {
  readonly tokens: number;
  readonly updatedAtMs: number;
}

export type Taking =
  | { readonly granted: true; readonly state: BucketState }
  | { readonly granted: false; readonly state: BucketState; readonly retryAfterMs: number };

export function fullBucket(shape: BucketShape, nowMs: number): BucketState {
  return { tokens: shape.capacity, updatedAtMs: nowMs };
}

/** Tokens at `nowMs`, the refill since the last update included. */
function refill(shape: BucketShape, state: BucketState, nowMs: number): BucketState {
  const elapsedMs = Math.max(0, nowMs - state.updatedAtMs);
  return {
    tokens: Math.min(shape.capacity, state.tokens + elapsedMs * shape.tokensPerMs),
    updatedAtMs: Math.max(nowMs, state.updatedAtMs),
  };
}

/**
 * Takes `cost` tokens or none. A cost above the capacity counts as the capacity, so that every request
 * can succeed in the end. `retryAfterMs` is when the same cost would be granted, rounded up.
 */
export function take(shape: BucketShape, state: BucketState, cost: number, nowMs: number): Taking {
  const now = refill(shape, state, nowMs);
  const due = Math.min(cost, shape.capacity);
  if (due <= now.tokens) {
    return { granted: true, state: { tokens: now.tokens - due, updatedAtMs: now.updatedAtMs } };
  }
  const waitMs = Math.ceil((due - now.tokens) / shape.tokensPerMs);
  return { granted: false, state: now, retryAfterMs: Math.min(waitMs, LONGEST_WAIT_MS) };
}

/** A relay that ends by itself is started again: soon at first, then after longer waits, and not for ever. */
const WAITS_MS = [500, 2_000, 8_000, 30_000] as const;
/** One that ran this long was not ended by what ends it at its start. */
const HEALTHY_AFTER_MS = 5 * 60_000;

export type RestartDecision =
  | { readonly action: 'restart'; readonly afterMs: number; readonly attempts: number }
  | { readonly action: 'give-up' };

/**
 * @param attempts how often it was started again since somebody started it, or since it was healthy
 * @param ranForMs how long it ran; 0 where it did not come to run
 */
export function onRelayEnded(attempts: number, ranForMs: number): RestartDecision {
  const before = ranForMs >= HEALTHY_AFTER_MS ? 0 : attempts;
  const afterMs = WAITS_MS[before];
  return afterMs === undefined ? { action: 'give-up' } : { action: 'restart', afterMs, attempts: before + 1 };
}

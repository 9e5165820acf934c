/** A page that keeps crashing must not be started for ever. */
const MAX_RELOADS = 3;
const WINDOW_MS = 60_000;

export interface CrashHistory {
  /** When the page was reloaded after a crash, by a clock that never goes back; oldest first. */
  readonly reloadsMs: readonly number[];
}

export const NO_CRASHES: CrashHistory = { reloadsMs: [] };

export interface CrashDecision {
  readonly action: 'reload' | 'give-up';
  readonly history: CrashHistory;
}

export function onPageCrashed({ reloadsMs }: CrashHistory, nowMs: number): CrashDecision {
  const recent = reloadsMs.filter((at) => nowMs - at < WINDOW_MS);
  return recent.length >= MAX_RELOADS
    ? { action: 'give-up', history: { reloadsMs: recent } }
    : { action: 'reload', history: { reloadsMs: [...recent, nowMs] } };
}

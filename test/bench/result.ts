/** One measurement against its goal. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Null where the figure is only for comparison. */
  readonly goal: number | null;
  readonly ok: boolean;
}

/** A figure that should be at least `goal`. */
export function atLeast(name: string, value: number, unit: string, goal: number): BenchResult {
  return { name, value: rounded(value), unit, goal, ok: value >= goal };
}

/** A figure that should be at most `goal`. */
export function atMost(name: string, value: number, unit: string, goal: number): BenchResult {
  return { name, value: rounded(value), unit, goal, ok: value <= goal };
}

export function figure(name: string, value: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit, goal: null, ok: true };
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

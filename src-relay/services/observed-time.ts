/**
 * How much time has passed, as far as this relay has reason to believe. Expiry goes by it and not by the
 * clock: a clock that is wrong for a day must not delete mail whose senders were told "Sent". Pure.
 */

/** What is kept over a restart. Unix milliseconds; running time is what a clock that cannot be set says. */
export interface ObservedTime {
  /** Nothing is older than this says. */
  readonly trustedMs: number;
  /** The least that the clock has claimed since the claim began, carried on by running time. */
  readonly claimedMs: number;
  /** Running time for which the clock has claimed no less. */
  readonly heldMs: number;
}

/**
 * Running time for which a claim has to hold. Long enough for somebody to notice a wrong clock and for
 * time synchronisation to mend it; short against the lifetime of mail.
 */
export const HOLD_MS = 24 * 60 * 60 * 1000;

/**
 * The first observation. `newestMs` is when the newest mail was accepted, null for a relay without any:
 * what it has accepted before this was kept, it has seen.
 */
export function firstObservation(wallMs: number, newestMs: number | null): ObservedTime {
  const trustedMs = newestMs === null ? wallMs : Math.min(wallMs, newestMs);
  return { trustedMs, claimedMs: wallMs, heldMs: 0 };
}

/**
 * `elapsedMs` of running time after the last look, the clock says `wallMs`. Trusted time moves with
 * running time and never past the clock. What the clock claims beyond that (a jump, but also the time the
 * relay was off) counts once it was claimed for `HOLD_MS`, over as many starts as that takes. A clock that
 * goes back lowers the claim, and trusted time with it: that only ever keeps mail longer.
 */
export function observe(before: ObservedTime, wallMs: number, elapsedMs: number): ObservedTime {
  const trustedMs = Math.min(before.trustedMs + elapsedMs, wallMs);
  const claimedMs = Math.min(before.claimedMs + elapsedMs, wallMs);
  const heldMs = before.heldMs + elapsedMs;
  if (heldMs < HOLD_MS) return { trustedMs, claimedMs, heldMs };
  return { trustedMs: Math.max(trustedMs, claimedMs), claimedMs: wallMs, heldMs: 0 };
}

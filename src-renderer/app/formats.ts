/** Times and dates as people write them; `Intl` knows the habits of each locale. */

export interface Formats {
  /** `14:52`, or `2:52 PM` where people write so. */
  readonly time: (unixMs: number) => string;
  /** Time today, weekday within the last week, a date before. For the conversation list. */
  readonly listTime: (unixMs: number, nowMs: number) => string;
  /** Weekday and date, with the year where it is not this one. For day separators. */
  readonly day: (unixMs: number, nowMs: number) => string;
  /** Date and time to the second. For message details. */
  readonly exact: (unixMs: number) => string;
}

const DAYS_SHOWN_AS_WEEKDAY = 6;

export function createFormats(locale: string): Formats {
  const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, options);
  const time = make({ hour: 'numeric', minute: '2-digit' });
  const weekday = make({ weekday: 'short' });
  const date = make({ day: 'numeric', month: 'short' });
  const dateWithYear = make({ day: 'numeric', month: 'short', year: 'numeric' });
  const longDay = make({ weekday: 'long', day: 'numeric', month: 'long' });
  const longDayWithYear = make({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const exact = make({ dateStyle: 'long', timeStyle: 'medium' });

  return {
    time: (unixMs) => time.format(unixMs),
    listTime(unixMs, nowMs) {
      const age = daysBetween(unixMs, nowMs);
      if (age <= 0) return time.format(unixMs);
      if (age <= DAYS_SHOWN_AS_WEEKDAY) return weekday.format(unixMs);
      return (isSameYear(unixMs, nowMs) ? date : dateWithYear).format(unixMs);
    },
    day: (unixMs, nowMs) => (isSameYear(unixMs, nowMs) ? longDay : longDayWithYear).format(unixMs),
    exact: (unixMs) => exact.format(unixMs),
  };
}

/** First moment of the local day. */
export function startOfDay(unixMs: number): number {
  return new Date(unixMs).setHours(0, 0, 0, 0);
}

/** Calendar days from one moment to a later one; days of 23 and 25 hours count as one. */
export function daysBetween(earlierMs: number, laterMs: number): number {
  return Math.round((startOfDay(laterMs) - startOfDay(earlierMs)) / 86_400_000);
}

function isSameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

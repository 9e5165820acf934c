import { expect, test } from 'vitest';
import { chooseLocale } from '../../../src-renderer/app/environment.ts';
import { createFormats, daysBetween, startOfDay } from '../../../src-renderer/app/formats.ts';
import { DAY, MINUTE, NOON } from './builders.ts';

const formats = createFormats('en-GB');

test('the list shows the time today, the weekday within a week, the date before', () => {
  expect(formats.listTime(NOON, NOON + MINUTE)).toBe('12:00');
  expect(formats.listTime(NOON - DAY, NOON)).toBe('Tue');
  expect(formats.listTime(NOON - 6 * DAY, NOON)).toBe('Thu');
  expect(formats.listTime(NOON - 7 * DAY, NOON)).toBe('4 Mar');
  expect(formats.listTime(NOON - 200 * DAY, NOON)).toBe('23 Aug 2025');
});

test('a clock that is a little ahead still means today', () => {
  expect(formats.listTime(NOON + 2 * DAY, NOON)).toBe('12:00');
});

test('the separator names the year only where it is not this one', () => {
  expect(formats.day(NOON, NOON)).toBe('Wednesday 11 March');
  expect(formats.day(NOON - 200 * DAY, NOON)).toBe('Saturday, 23 August 2025');
});

test('days are counted by the calendar, not by hours', () => {
  const lateEvening = startOfDay(NOON) - MINUTE;
  const earlyMorning = startOfDay(NOON) + MINUTE;
  expect(daysBetween(lateEvening, earlyMorning)).toBe(1);
  expect(daysBetween(earlyMorning, NOON)).toBe(0);
  // A year of days, over both changes of the clocks wherever this runs.
  for (let days = 0; days < 366; days += 1) {
    const later = new Date(2026, 2, 11 + days, 0, 30).getTime();
    expect(daysBetween(startOfDay(NOON), later)).toBe(days);
  }
});

test('the words are English, so the dates are too', () => {
  expect(chooseLocale(['de-DE', 'en-US'])).toBe('en-US');
  expect(chooseLocale(['de-DE'])).toBe('en-GB');
});

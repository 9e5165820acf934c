import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chooseBounds,
  displayKey,
  MIN_HEIGHT,
  MIN_WIDTH,
  rememberBounds,
  type DisplayFacts,
} from '../../../src-main/shell/window/bounds.ts';
import { NO_CRASHES, onPageCrashed } from '../../../src-main/shell/window/crash-rule.ts';
import { DEFAULT_PREFERENCES } from '../../../src-main/shell/preferences/schema.ts';

const nothing = DEFAULT_PREFERENCES.window;

function display(id: number, x: number, width = 1920, height = 1080): DisplayFacts {
  return { id, size: { width, height }, workArea: { x, y: 0, width, height: height - 40 } };
}

describe('where the window comes up', () => {
  const left = display(1, 0);
  const right = display(2, 1920);

  test('at first in the middle of the primary display', () => {
    const bounds = chooseBounds(nothing, [left, right], left);
    expect(bounds.x + bounds.width / 2).toBe(960);
    expect(bounds.state).toBe('normal');
  });

  test('where it was, on the display it was on', () => {
    const there = { x: 2000, y: 50, width: 900, height: 700, state: 'maximized' } as const;
    expect(chooseBounds(rememberBounds(nothing, right, there), [left, right], left)).toEqual(there);
  });

  test('on the primary display, where it last was there, when its display is gone', () => {
    const onLeft = { x: 10, y: 10, width: 1000, height: 600, state: 'normal' } as const;
    const onRight = { x: 2000, y: 50, width: 900, height: 700, state: 'normal' } as const;
    const remembered = rememberBounds(rememberBounds(nothing, left, onLeft), right, onRight);
    expect(chooseBounds(remembered, [left], left)).toEqual(onLeft);
  });

  test('a display of another resolution is another place', () => {
    expect(displayKey(display(1, 0))).not.toBe(displayKey(display(1, 0, 1280, 720)));
  });

  test('whatever was remembered, it can be seen and used', () => {
    const number = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(number, number, size, size, fc.constantFrom(left, right), (x, y, width, height, at) => {
        const bounds = { x, y, width, height, state: 'normal' } as const;
        const chosen = chooseBounds(rememberBounds(nothing, at, bounds), [left, right], left);
        const area = at.workArea;
        expect(chosen.width).toBeGreaterThanOrEqual(MIN_WIDTH);
        expect(chosen.height).toBeGreaterThanOrEqual(MIN_HEIGHT);
        expect(chosen.x).toBeGreaterThanOrEqual(area.x);
        expect(chosen.y).toBeGreaterThanOrEqual(area.y);
        expect(chosen.x + chosen.width).toBeLessThanOrEqual(area.x + area.width);
        expect(chosen.y + chosen.height).toBeLessThanOrEqual(area.y + area.height);
      }),
    );
  });
});

describe('a page that crashes', () => {
  test('is reloaded three times a minute, then no more', () => {
    let history = NO_CRASHES;
    const actions = [0, 1_000, 2_000, 3_000].map((nowMs) => {
      const decision = onPageCrashed(history, nowMs);
      history = decision.history;
      return decision.action;
    });
    expect(actions).toEqual(['reload', 'reload', 'reload', 'give-up']);
    expect(onPageCrashed(history, 60_001).action).toBe('reload');
  });
});

/** Where the window comes up: where it was, if that can still be seen. */
import type { Preferences, WindowBounds } from '../preferences/schema.ts';

export const MIN_WIDTH = 800;
export const MIN_HEIGHT = 560;
const DEFAULT_WIDTH = 1180;
const DEFAULT_HEIGHT = 780;

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DisplayFacts {
  readonly id: number;
  readonly size: { readonly width: number; readonly height: number };
  /** The part that no task bar covers. */
  readonly workArea: Rectangle;
}

/** Names a display across restarts: systems hand out ids anew, and a new resolution is a new place. */
export function displayKey({ id, size }: DisplayFacts): string {
  return `${String(id)}:${String(size.width)}x${String(size.height)}`;
}

/** Bounds on the display last used if it is still there, otherwise on the primary one. */
export function chooseBounds(
  remembered: Preferences['window'],
  displays: readonly DisplayFacts[],
  primary: DisplayFacts,
): WindowBounds {
  const display = displays.find((candidate) => displayKey(candidate) === remembered.lastDisplay) ?? primary;
  const bounds = remembered.byDisplay[displayKey(display)];
  return bounds === undefined ? centred(display.workArea) : { ...bounds, ...fit(bounds, display.workArea) };
}

function centred(area: Rectangle): WindowBounds {
  const width = Math.max(MIN_WIDTH, Math.min(DEFAULT_WIDTH, area.width));
  const height = Math.max(MIN_HEIGHT, Math.min(DEFAULT_HEIGHT, area.height));
  return {
    ...fit({ x: 0, y: 0, width, height }, area),
    x: area.x + Math.max(0, Math.round((area.width - width) / 2)),
    y: area.y + Math.max(0, Math.round((area.height - height) / 2)),
    state: 'normal',
  };
}

/** The same rectangle, no smaller than the window can be, and moved and shrunk until the area holds it. */
function fit(bounds: Rectangle, area: Rectangle): Rectangle {
  const width = Math.max(MIN_WIDTH, Math.min(bounds.width, area.width));
  const height = Math.max(MIN_HEIGHT, Math.min(bounds.height, area.height));
  return {
    width,
    height,
    // The top left corner wins where the area is smaller than the window: there is the title bar.
    x: Math.max(area.x, Math.min(bounds.x, area.x + area.width - width)),
    y: Math.max(area.y, Math.min(bounds.y, area.y + area.height - height)),
  };
}

/** What to remember after the window was moved, resized or maximised. */
export function rememberBounds(
  remembered: Preferences['window'],
  display: DisplayFacts,
  bounds: WindowBounds,
): Preferences['window'] {
  const key = displayKey(display);
  return { lastDisplay: key, byDisplay: { ...remembered.byDisplay, [key]: bounds } };
}

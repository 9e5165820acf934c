import type { createBridgePeer } from './bridge.ts';

/**
 * Runs in the page's own world before any of its scripts: hands the hub to the preload's world, then defines
 * what the preload exposes. `meeting` is a random event name that only the two worlds know.
 */
export function startPageWorld(createPeer: typeof createBridgePeer, meeting: string): void {
  if (window.top !== window) return;

  const freezeDeeply = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
      return;
    Object.freeze(value);
    Object.values(value).forEach(freezeDeeply);
  };

  const hub = new EventTarget();
  createPeer(hub, 'page', 'preload').onExpose((name, value) => {
    if (name in window)
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    freezeDeeply(value);
    Object.defineProperty(window, name, { value, enumerable: true });
  });
  // A FocusEvent is the one event that carries an EventTarget from one world to the other.
  window.dispatchEvent(new FocusEvent(meeting, { relatedTarget: hub }));

  // Chromium opens a target for each allowed call and the stand-in closes it; the page must not get hold of it.
  const openWindow = window.open.bind(window);
  window.open = function open(...args: Parameters<typeof openWindow>): null {
    openWindow(...args);
    return null;
  };
}

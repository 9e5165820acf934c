/** Keys that work everywhere in the main window. */
import type { KithBridge } from '../../src-shared/contract/bridge.ts';
import type { MenuCommand } from '../../src-shared/contract/events.ts';

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export type Shortcut = MenuCommand | 'close-panel';

export function shortcutFor(press: KeyPress, platform: KithBridge['platform']): Shortcut | null {
  const isMac = platform === 'darwin';
  const isPrimary = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (press.shiftKey) return null;
  if (isPrimary && !press.altKey) {
    if (press.key.toLowerCase() === 'k') return 'search';
    if (press.key.toLowerCase() === 'n') return 'new-conversation';
    if (press.key === ',') return 'settings';
    return null;
  }
  if (press.ctrlKey || press.metaKey) return null;
  if (press.altKey) {
    if (press.key === 'ArrowDown') return 'next-conversation';
    if (press.key === 'ArrowUp') return 'previous-conversation';
    return null;
  }
  return press.key === 'Escape' ? 'close-panel' : null;
}

/** The key that opens the search, as it is printed on keyboards. */
export function searchKeys(platform: KithBridge['platform']): string {
  return platform === 'darwin' ? '⌘K' : 'Ctrl K';
}

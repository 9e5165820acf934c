/** The unread total where each system shows it: dock and launcher, task bar, tray. */
import { nativeImage, type App, type BrowserWindow } from 'electron';
import { tooltip } from './unread-total.ts';
import type { AppTray } from './tray.ts';

export interface BadgeParts {
  readonly app: App;
  readonly platform: NodeJS.Platform;
  readonly tray: () => AppTray | null;
  readonly window: () => BrowserWindow | null;
  /** A dot, drawn over the task bar's button on Windows. */
  readonly overlayIconPath: string;
}

export class Badge {
  readonly #parts: BadgeParts;
  #total = 0;

  constructor(parts: BadgeParts) {
    this.#parts = parts;
  }

  show(total: number): void {
    if (total === this.#total) return;
    this.#total = total;
    const { app, platform, tray, window } = this.#parts;
    tray()?.setUnread(total);
    // Sets the dock's badge on macOS and the launcher's on Linux; Windows has neither.
    if (platform !== 'win32') app.setBadgeCount(total);
    else window()?.setOverlayIcon(this.#overlay(), total === 0 ? '' : tooltip(total));
  }

  #overlay() {
    return this.#total === 0 ? null : nativeImage.createFromPath(this.#parts.overlayIconPath);
  }
}

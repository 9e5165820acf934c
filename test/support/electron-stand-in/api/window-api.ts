import { BrowserWindow } from './browser-window.ts';
import type { Host } from './host.ts';
import { strict } from './strict.ts';
import type { WebContents } from './web-contents.ts';

/** `BrowserWindow` and `webContents` as an app gets them. */
export function createWindowApi(host: Host) {
  class AppWindow extends BrowserWindow {
    constructor(options?: Electron.BrowserWindowConstructorOptions) {
      super(host, options);
    }

    static getAllWindows(): BrowserWindow[] {
      return [...host.windows.values()];
    }

    static getFocusedWindow(): BrowserWindow | null {
      return AppWindow.getAllWindows().find((window) => window.isFocused()) ?? null;
    }

    static fromId(id: number): BrowserWindow | null {
      return host.windows.get(id) ?? null;
    }

    static fromWebContents(contents: WebContents): BrowserWindow | null {
      return contents.owner ?? null;
    }
  }
  const all = (): WebContents[] => [...host.contents.values()];
  const webContents = {
    fromId: (id: number) => host.contents.get(id),
    getAllWebContents: all,
    getFocusedWebContents: () => all().find((contents) => contents.isFocused()) ?? null,
    fromDevToolsTargetId: (targetId: string) => all().find((contents) => contents.targetId === targetId),
  };
  return {
    BrowserWindow: strict('BrowserWindow', AppWindow),
    webContents: strict('webContents', webContents),
  };
}

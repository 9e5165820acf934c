import type { Chromium } from '../chromium/chromium.ts';
import type { Targets } from '../chromium/targets.ts';
import type { PreloadProcess } from '../injected/preload-world.ts';
import type { Origins } from '../page/origins.ts';
import type { NativeRecord } from '../record/record.ts';
import type { BrowserWindow } from './browser-window.ts';
import type { IpcMain } from './ipc.ts';
import type { Session } from './session.ts';
import type { WebContents } from './web-contents.ts';

export interface RunningChromium {
  readonly chromium: Chromium;
  readonly targets: Targets;
}

export interface MediaFeature {
  readonly name: string;
  readonly value: string;
}

/** What windows and pages need of the rest of the stand-in. */
export interface Host {
  readonly record: NativeRecord;
  readonly origins: Origins;
  readonly ipcMain: IpcMain;
  readonly session: Session;
  readonly preloadProcess: PreloadProcess;
  readonly contents: Map<number, WebContents>;
  readonly windows: Map<number, BrowserWindow>;
  /** Settles once Chromium runs, which it does from the app's `ready` on. */
  readonly running: Promise<RunningChromium>;
  isReady(): boolean;
  mediaFeatures(): MediaFeature[];
  emitApp(event: string, ...args: unknown[]): void;
  openWindow(options: Electron.BrowserWindowConstructorOptions): BrowserWindow;
  /** A key that the page did not handle: the place of menu accelerators. */
  keyPressed(key: Electron.Input, window: BrowserWindow | undefined): void;
  windowClosed(): void;
}

/** The one window: made, shown, remembered, and mended when its page dies. */
import {
  BrowserWindow,
  nativeTheme,
  screen,
  type BrowserWindowConstructorOptions,
  type Display,
} from 'electron';
import { EVENT_CHANNEL } from '../../../src-shared/contract/bridge.ts';
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import { systemClock, systemTimers } from '../../../src-shared/clock.ts';
import type { Logger } from '../../engine/log.ts';
import { logFailure } from '../logging/logger.ts';
import { offerTextMenu } from '../menu/context-menu.ts';
import type { PreferencesFile } from '../preferences/preferences-file.ts';
import { chooseBounds, MIN_HEIGHT, MIN_WIDTH, rememberBounds } from './bounds.ts';
import { backgroundColour } from './colours.ts';
import { NO_CRASHES, onPageCrashed } from './crash-rule.ts';

/** Moving a window makes hundreds of events; the place is worth one write once it rests. */
const REMEMBER_AFTER_MS = 500;
/** A page that does not go by then hangs. */
const LET_GO_TIMEOUT_MS = 1_000;

/**
 * What a page does when it goes. Its own event comes when its messages are no longer heard. Requests keep
 * their order, so that the last one being answered means that all before it have come in.
 */
const LEAVE = `dispatchEvent(new Event('pagehide')); window.kith.request('app.state', {}).then(() => null)`;

export interface MainWindowParts {
  readonly url: string;
  readonly preloadPath: string;
  readonly iconPath: string;
  readonly preferences: PreferencesFile;
  readonly log: Logger;
  /** Whether closing the window keeps Kith running out of sight. */
  readonly onClose: () => 'hide' | 'close';
  /** The page is not listening any more: it loads anew, or died. */
  readonly onPageGone: () => void;
  /** The page crashed too often to be started again without asking. Resolves to what the person wants. */
  readonly onPageLost: () => Promise<'reload' | 'quit'>;
  readonly quit: () => void;
}

export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | null = null;
  #hasPageLeft = false;
  #crashes = NO_CRASHES;
  #cancelRemember: (() => void) | null = null;

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
    nativeTheme.on('updated', () => {
      this.#window?.setBackgroundColor(this.#colour());
    });
  }

  get isFocused(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  get pageId(): number | null {
    return this.#window?.webContents.id ?? null;
  }

  /** Null while there is no window. */
  get window(): BrowserWindow | null {
    return this.#window;
  }

  send(event: KithEvent): void {
    this.#window?.webContents.send(EVENT_CHANNEL, event);
  }

  /** Brings the window to the front; makes it where it was closed. */
  show(): void {
    if (this.#window === null) {
      this.open();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Lets the page save what somebody was writing; it is out of sight from then on. Bounded in time. */
  async letPageGo(): Promise<void> {
    const window = this.#window;
    if (window === null || this.#hasPageLeft) return;
    this.#hasPageLeft = true;
    window.hide();
    if (window.webContents.isCrashed()) return;
    const gone: PromiseWithResolvers<void> = Promise.withResolvers();
    const cancelTimeout = systemTimers.after(LET_GO_TIMEOUT_MS, gone.resolve);
    // A page that cannot answer has nothing to save.
    window.webContents.executeJavaScript(LEAVE).then(gone.resolve, gone.resolve);
    await gone.promise;
    cancelTimeout();
  }

  open(): void {
    if (this.#window !== null) return;
    const { preferences, log } = this.#parts;
    const displays = screen.getAllDisplays();
    const { state, ...bounds } = chooseBounds(preferences.value.window, displays, screen.getPrimaryDisplay());
    const window = new BrowserWindow({ ...this.#options(), ...bounds });
    this.#window = window;
    if (state === 'maximized') window.maximize();
    window.once('ready-to-show', () => {
      window.show();
    });
    this.#watchPlace(window);
    this.#watchPage(window);
    offerTextMenu(window);
    window.on('close', (event) => {
      this.#remember(window);
      if (this.#hasPageLeft) return;
      event.preventDefault();
      if (this.#parts.onClose() === 'hide') window.hide();
      else this.#closeInOrder(window).catch(logFailure(log, 'window.not-closed'));
    });
    window.on('closed', () => {
      this.#cancelRemember?.();
      this.#window = null;
      this.#hasPageLeft = false;
      this.#parts.onPageGone();
    });
    window.loadURL(this.#parts.url).catch((error: unknown) => {
      logFailure(log, 'window.not-loaded')(error);
      // An empty window says more than none at all.
      if (!window.isDestroyed()) window.show();
    });
  }

  async #closeInOrder(window: BrowserWindow): Promise<void> {
    await this.letPageGo();
    if (!window.isDestroyed()) window.close();
  }

  #options(): BrowserWindowConstructorOptions {
    return {
      title: 'Kith',
      show: false,
      minWidth: MIN_WIDTH,
      minHeight: MIN_HEIGHT,
      backgroundColor: this.#colour(),
      icon: this.#parts.iconPath,
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.#parts.preloadPath,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        disableBlinkFeatures: 'Auxclick',
        spellcheck: process.platform === 'darwin',
      },
    };
  }

  #colour(): string {
    return backgroundColour(nativeTheme.shouldUseDarkColors ? 'dark' : 'light');
  }

  #watchPlace(window: BrowserWindow): void {
    const soon = (): void => {
      this.#cancelRemember?.();
      this.#cancelRemember = systemTimers.after(REMEMBER_AFTER_MS, () => {
        this.#remember(window);
      });
    };
    window.on('resize', soon);
    window.on('move', soon);
    window.on('maximize', soon);
    window.on('unmaximize', soon);
  }

  #remember(window: BrowserWindow): void {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const { preferences } = this.#parts;
    const { x, y, width, height } = window.getNormalBounds();
    const display: Display = screen.getDisplayMatching({ x, y, width, height });
    const state = window.isMaximized() ? 'maximized' : 'normal';
    const bounds = { x, y, width, height, state } as const;
    preferences.update({ window: rememberBounds(preferences.value.window, display, bounds) });
  }

  #watchPage(window: BrowserWindow): void {
    const { log } = this.#parts;
    const contents = window.webContents;
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#parts.onPageGone();
    });
    contents.on('render-process-gone', (_event, { reason, exitCode }) => {
      log.error('page.gone', { reason, exitCode });
      this.#parts.onPageGone();
      if (reason !== 'clean-exit') this.#mend(window).catch(logFailure(log, 'page.not-mended'));
    });
    contents.on('unresponsive', () => {
      log.warn('page.unresponsive');
    });
    contents.on('responsive', () => {
      log.info('page.responsive');
    });
    contents.on('preload-error', (_event, _path, error) => {
      logFailure(log, 'page.preload-failed')(error);
    });
  }

  async #mend(window: BrowserWindow): Promise<void> {
    const { action, history } = onPageCrashed(this.#crashes, systemClock.monotonic());
    this.#crashes = history;
    if (action === 'give-up') {
      if ((await this.#parts.onPageLost()) === 'quit') {
        this.#parts.quit();
        return;
      }
      this.#crashes = NO_CRASHES;
    }
    if (!window.isDestroyed()) await window.loadURL(this.#parts.url);
  }
}

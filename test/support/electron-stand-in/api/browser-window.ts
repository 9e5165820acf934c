import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import { NotInStandIn, preventable, StrictEmitter } from './strict.ts';
import { WebContents } from './web-contents.ts';

const DEFAULT_SIZE = { width: 800, height: 600 };

/** The stand-in has isolated, sandboxed pages only, so asking for anything else must not pass unnoticed. */
function readPreload(preferences: Electron.WebPreferences): string | null {
  if (preferences.nodeIntegration === true) throw new NotInStandIn('webPreferences.nodeIntegration: true');
  if (preferences.contextIsolation === false)
    throw new NotInStandIn('webPreferences.contextIsolation: false');
  if (preferences.sandbox === false) throw new NotInStandIn('webPreferences.sandbox: false');
  if (preferences.webSecurity === false) throw new NotInStandIn('webPreferences.webSecurity: false');
  if (preferences.partition !== undefined) throw new NotInStandIn('webPreferences.partition');
  return preferences.preload === undefined ? null : readFileSync(preferences.preload, 'utf8');
}

let lastId = 0;

export class BrowserWindow extends StrictEmitter {
  readonly id = ++lastId;
  readonly webContents: WebContents;
  private readonly host: Host;
  private readonly state = {
    visible: false,
    focused: false,
    minimized: false,
    maximized: false,
    fullScreen: false,
    destroyed: false,
    readyToShow: false,
  };
  private title: string;
  private bounds: Electron.Rectangle;
  private normalBounds: Electron.Rectangle;

  constructor(host: Host, options: Electron.BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow');
    if (!host.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    this.host = host;
    const { width = DEFAULT_SIZE.width, height = DEFAULT_SIZE.height, x = 0, y = 0 } = options;
    this.bounds = {
      x,
      y,
      width: Math.max(width, options.minWidth ?? 0),
      height: Math.max(height, options.minHeight ?? 0),
    };
    this.normalBounds = this.bounds;
    this.title = options.title ?? '';
    const preloadSource = readPreload(options.webPreferences ?? {});
    this.webContents = new WebContents(host, { ...this.bounds, preloadSource });
    this.webContents.owner = this;
    host.windows.set(this.id, this);
    host.emitApp('browser-window-created', preventable({}), this);
    if (options.show !== false) this.show();
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  loadFile(path: string): Promise<void> {
    return this.webContents.loadFile(path);
  }

  reload(): void {
    this.webContents.reload();
  }

  // --- visibility and focus: kept as state, since a headless Chromium has no window manager to ask ---

  show(): void {
    this.appear();
    this.focus();
  }

  showInactive(): void {
    this.appear();
  }

  private appear(): void {
    if (this.state.minimized) this.restore();
    if (this.state.visible) return;
    this.state.visible = true;
    this.webContents.view.setWindowState('normal');
    this.emit('show');
  }

  hide(): void {
    if (!this.state.visible) return;
    this.blur();
    this.state.visible = false;
    this.webContents.view.setWindowState('minimized');
    this.emit('hide');
  }

  focus(): void {
    if (!this.state.visible || this.state.focused) return;
    for (const other of this.host.windows.values()) if (other.id !== this.id) other.blur();
    this.state.focused = true;
    this.emit('focus');
    this.webContents.emit('focus');
    this.host.emitApp('browser-window-focus', preventable({}), this);
  }

  blur(): void {
    if (!this.state.focused) return;
    this.state.focused = false;
    this.emit('blur');
    this.webContents.emit('blur');
    this.host.emitApp('browser-window-blur', preventable({}), this);
  }

  minimize(): void {
    if (this.state.minimized) return;
    this.blur();
    this.state.minimized = true;
    this.webContents.view.setWindowState('minimized');
    this.emit('minimize');
  }

  restore(): void {
    if (!this.state.minimized) return;
    this.state.minimized = false;
    this.webContents.view.setWindowState('normal');
    this.emit('restore');
    this.focus();
  }

  maximize(): void {
    if (this.state.maximized) return;
    this.state.maximized = true;
    this.webContents.view.setWindowState('maximized');
    this.emit('maximize');
  }

  unmaximize(): void {
    if (!this.state.maximized) return;
    this.state.maximized = false;
    this.webContents.view.setWindowState('normal');
    this.emit('unmaximize');
  }

  setFullScreen(flag: boolean): void {
    if (this.state.fullScreen === flag) return;
    this.state.fullScreen = flag;
    this.webContents.view.setWindowState(flag ? 'fullscreen' : 'normal');
    this.emit(flag ? 'enter-full-screen' : 'leave-full-screen');
  }

  isFocused(): boolean {
    return this.state.focused;
  }
  isVisible(): boolean {
    return this.state.visible;
  }
  isMinimized(): boolean {
    return this.state.minimized;
  }
  isMaximized(): boolean {
    return this.state.maximized;
  }
  isFullScreen(): boolean {
    return this.state.fullScreen;
  }
  isDestroyed(): boolean {
    return this.state.destroyed;
  }

  // --- place and looks ---

  getBounds(): Electron.Rectangle {
    return { ...this.bounds };
  }
  getNormalBounds(): Electron.Rectangle {
    return { ...this.normalBounds };
  }
  getContentBounds(): Electron.Rectangle {
    return { ...this.bounds };
  }
  getSize(): [number, number] {
    return [this.bounds.width, this.bounds.height];
  }
  getPosition(): [number, number] {
    return [this.bounds.x, this.bounds.y];
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  getTitle(): string {
    return this.title;
  }
  setTitle(title: string): void {
    this.title = title;
  }

  setBounds(change: Partial<Electron.Rectangle>): void {
    const before = this.bounds;
    this.bounds = { ...before, ...change };
    this.normalBounds = this.bounds;
    const { x, y, width, height } = this.bounds;
    if (width !== before.width || height !== before.height) {
      this.webContents.view.setSize(width, height);
      this.emit('resize');
      this.emit('resized');
    }
    if (x !== before.x || y !== before.y) {
      this.emit('move');
      this.emit('moved');
    }
  }

  private note(member: string, ...args: unknown[]): void {
    this.host.record.add(`BrowserWindow.${member}`, ...args);
  }

  setMenuBarVisibility(visible: boolean): void {
    this.note('setMenuBarVisibility', visible);
  }
  setAutoHideMenuBar(hide: boolean): void {
    this.note('setAutoHideMenuBar', hide);
  }
  setMenu(menu: unknown): void {
    this.note('setMenu', menu);
  }
  removeMenu(): void {
    this.note('removeMenu');
  }
  flashFrame(flag: boolean): void {
    this.note('flashFrame', flag);
  }
  setProgressBar(progress: number): void {
    this.note('setProgressBar', progress);
  }
  setOverlayIcon(overlay: unknown, description: string): void {
    this.note('setOverlayIcon', overlay, description);
  }
  setContentProtection(enable: boolean): void {
    this.note('setContentProtection', enable);
  }
  setBackgroundColor(color: string): void {
    this.note('setBackgroundColor', color);
  }
  setTitleBarOverlay(options: object): void {
    this.note('setTitleBarOverlay', options);
  }
  setIcon(icon: unknown): void {
    this.note('setIcon', icon);
  }
  setAlwaysOnTop(flag: boolean): void {
    this.note('setAlwaysOnTop', flag);
  }
  setSkipTaskbar(skip: boolean): void {
    this.note('setSkipTaskbar', skip);
  }
  moveTop(): void {
    this.note('moveTop');
  }

  // --- end ---

  close(): void {
    if (this.state.destroyed) return;
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.state.destroyed) return;
    this.blur();
    this.state.destroyed = true;
    this.state.visible = false;
    this.host.windows.delete(this.id);
    this.webContents.destroyNow();
    this.emit('closed');
    this.host.windowClosed();
  }

  /** @internal The page has painted for the first time. */
  pageShown(): void {
    if (this.state.readyToShow) return;
    this.state.readyToShow = true;
    this.emit('ready-to-show');
  }

  /** @internal */
  pageTitleChanged(title: string): void {
    const event = preventable({});
    this.emit('page-title-updated', event, title, true);
    if (!event.defaultPrevented) this.title = title;
  }
}

import { pathToFileURL } from 'node:url';
import { DevToolsError } from '../chromium/connection.ts';
import type { NetworkRequest } from '../chromium/network.ts';
import { PageLink, type ToPreload } from '../page/page-link.ts';
import { nodeCodec, pageScripts } from '../page/scripts.ts';
import type { BrowserWindow } from './browser-window.ts';
import type { Host } from './host.ts';
import { IpcMain } from './ipc.ts';
import { LoadError, Navigation, sameDocumentUrl } from './navigation.ts';
import { pageEvents, type PageState } from './page-events.ts';
import { PageView } from './page-view.ts';
import { preventable, StrictEmitter } from './strict.ts';
import { WebFrameMain } from './web-frame-main.ts';

type OpenHandler = (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse;

export interface WebContentsOptions {
  readonly width: number;
  readonly height: number;
  /** The preload's source, or null for a page without one. */
  readonly preloadSource: string | null;
}

let lastId = 0;

export class WebContents extends StrictEmitter {
  readonly id = ++lastId;
  readonly ipc = new IpcMain('webContents.ipc');
  readonly session: Host['session'];
  readonly mainFrame: WebFrameMain;
  readonly hostWebContents = null;
  /** @internal */
  readonly view: PageView;
  /** @internal The window this is the content of; set by the window. */
  owner: BrowserWindow | undefined;
  /** @internal */
  targetId: string | undefined;
  private readonly host: Host;
  private readonly link: Promise<PageLink>;
  private readonly navigation = new Navigation();
  private readonly state: PageState = {
    url: '',
    title: '',
    loading: false,
    destroyed: false,
    crashed: false,
    devTools: false,
  };
  private openHandler: OpenHandler | undefined;

  constructor(host: Host, options: WebContentsOptions) {
    super('webContents');
    this.host = host;
    this.session = host.session;
    this.view = new PageView(host, options, (action) => this.command(action));
    this.mainFrame = new WebFrameMain(this.id, {
      url: () => this.state.url,
      post: (channel, args) => this.send(channel, ...args),
      evaluate: (code) => this.executeJavaScript(code),
      isGone: () => this.state.destroyed,
    });
    host.contents.set(this.id, this);
    this.link = this.open(options);
    // Reported once here; every command that waits for the link then fails by itself.
    this.link.catch((error: unknown) =>
      host.record.pageError(`the window could not be opened: ${String(error)}`),
    );
    host.emitApp('web-contents-created', preventable({}), this);
  }

  private async open(options: WebContentsOptions): Promise<PageLink> {
    const { targets } = await this.host.running;
    const target = await targets.open(options.width, options.height);
    this.targetId = target.targetId;
    const { host, state, navigation } = this;
    const events = pageEvents({ host, contents: this, state, navigation });
    const link = new PageLink(target, pageScripts(options.preloadSource, host.preloadProcess), events);
    await link.start();
    await this.view.applySize(link);
    await this.view.applyMedia(link);
    return link;
  }

  /** Sends DevTools commands once the page is there; a page that has gone needs none. */
  private command(action: (link: PageLink) => unknown): void {
    this.link.then(action).catch((error: unknown) => {
      if (!(error instanceof DevToolsError)) this.host.record.pageError(String(error));
      else if (!this.state.destroyed && !this.state.crashed)
        process.stderr.write(`[chromium] ${error.message}\n`);
    });
  }

  // --- loading ---

  async loadURL(url: string): Promise<void> {
    const parsed = new URL(url).href;
    this.setLoading();
    const link = await this.link;
    this.navigation.expect(parsed);
    const finished = this.navigation.finished();
    // Rejected below or by a crash; without a listener now a crash would be an unhandled rejection.
    finished.catch(() => undefined);
    const { errorText, loaderId } = await link.session.send('Page.navigate', {
      url: this.host.origins.toChromium(parsed),
    });
    if (errorText !== undefined) {
      const error = new LoadError(errorText, parsed);
      this.state.loading = false;
      this.emit('did-fail-load', preventable({}), error.errno, error.code, parsed, true, this.id, this.id);
      throw error;
    }
    // No loader: only the fragment changed, and there is nothing to wait for.
    if (loaderId !== undefined) await finished;
  }

  loadFile(path: string): Promise<void> {
    return this.loadURL(pathToFileURL(path).href);
  }

  reload(): void {
    this.setLoading();
    this.navigation.expect(this.state.url);
    this.command((link) => link.session.send('Page.reload'));
  }

  reloadIgnoringCache(): void {
    this.reload();
  }

  stop(): void {
    this.command((link) => link.session.send('Page.stopLoading'));
  }

  private setLoading(): void {
    this.state.loading = true;
    // A crashed page gets a new process with its next document.
    this.state.crashed = false;
    this.emit('did-start-loading');
  }

  /** @internal A document is about to be requested for the main frame. */
  async mayLoadDocument(request: NetworkRequest): Promise<boolean> {
    const { url } = request;
    const expected = this.navigation.takeExpected(url);
    if (request.redirected) {
      if (this.isPrevented('will-redirect', url)) return false;
    } else if (!expected && !sameDocumentUrl(url, this.state.url)) {
      if (this.isPrevented('will-navigate', url)) return false;
    }
    const { chromium } = await this.host.running;
    // Not awaited: Chromium holds the page's commands back until the document is there, and it waits for this one.
    this.view.mediaChanged();
    await this.session.applyPermissions(chromium.browser, this, url, this.host.origins);
    return true;
  }

  /** @internal Asks the app whether the page may go there. */
  isPrevented(event: 'will-navigate' | 'will-redirect', url: string): boolean {
    const details = {
      url,
      isSameDocument: false,
      isMainFrame: true,
      frame: this.mainFrame,
      initiator: this.mainFrame,
    };
    const asked = preventable(details);
    this.emit(event, asked, url, false, true, this.id, this.id);
    return asked.defaultPrevented;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }

  /** @internal A page asked for a window; it does not get one itself, the app may make one. */
  windowOpenAsked(url: string, frameName: string, features: string): void {
    const details: Electron.HandlerDetails = {
      ...{ url, frameName, features },
      disposition: features === '' ? 'foreground-tab' : 'new-window',
      referrer: { url: this.state.url, policy: 'default' },
    };
    const answer = this.openHandler?.(details) ?? { action: 'allow' as const };
    if (answer.action === 'deny') return;
    const window = this.host.openWindow(answer.overrideBrowserWindowOptions ?? {});
    this.emit('did-create-window', window, details);
    window.loadURL(url).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  }

  // --- messages ---

  /** @throws for values that cannot be cloned, at once as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    if (this.state.destroyed) throw new TypeError('Object has been destroyed');
    const text = nodeCodec.encode({ kind: 'event', channel, args } satisfies ToPreload);
    // Before the first document is asked for there is nobody to hear it.
    if (this.state.url !== '' || this.state.loading) this.command((link) => link.post(text));
  }

  /** @internal Answers `ipcRenderer.invoke`. */
  reply(id: number, ok: boolean, value: unknown): void {
    let text: string;
    try {
      text = nodeCodec.encode({ kind: 'reply', id, ok, value } satisfies ToPreload);
    } catch (error) {
      // What the handler returned cannot be cloned: the caller is told, as in Electron.
      text = nodeCodec.encode({ kind: 'reply', id, ok: false, value: String(error) } satisfies ToPreload);
    }
    this.command((link) => link.post(text));
  }

  // --- looks ---

  getZoomFactor(): number {
    return this.view.factor;
  }
  setZoomFactor(factor: number): void {
    this.view.setFactor(factor);
  }
  getZoomLevel(): number {
    return this.view.level;
  }
  setZoomLevel(level: number): void {
    this.view.setLevel(level);
  }
  get zoomFactor(): number {
    return this.view.factor;
  }
  set zoomFactor(factor: number) {
    this.view.setFactor(factor);
  }
  get zoomLevel(): number {
    return this.view.level;
  }
  set zoomLevel(level: number) {
    this.view.setLevel(level);
  }

  setVisualZoomLevelLimits(minimum: number, maximum: number): Promise<void> {
    this.host.record.add('webContents.setVisualZoomLevelLimits', minimum, maximum);
    return Promise.resolve();
  }

  // --- editing and scripts ---

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const { session } = await this.link;
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: code,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  }

  private edit(command: string, text?: string): void {
    this.command(() =>
      this.executeJavaScript(
        `document.execCommand(${JSON.stringify(command)}, false, ${JSON.stringify(text ?? '')})`,
        true,
      ),
    );
  }

  undo(): void {
    this.edit('undo');
  }
  redo(): void {
    this.edit('redo');
  }
  cut(): void {
    this.edit('cut');
  }
  copy(): void {
    this.edit('copy');
  }
  paste(): void {
    this.edit('paste');
  }
  delete(): void {
    this.edit('delete');
  }
  selectAll(): void {
    this.edit('selectAll');
  }

  replaceMisspelling(text: string): void {
    this.edit('insertText', text);
  }

  openDevTools(options?: Electron.OpenDevToolsOptions): void {
    this.state.devTools = true;
    this.host.record.add('webContents.openDevTools', options);
    this.emit('devtools-opened');
  }

  closeDevTools(): void {
    this.state.devTools = false;
    this.emit('devtools-closed');
  }

  isDevToolsOpened(): boolean {
    return this.state.devTools;
  }

  toggleDevTools(): void {
    if (this.state.devTools) this.closeDevTools();
    else this.openDevTools();
  }

  // --- state and end ---

  getURL(): string {
    return this.state.url;
  }
  getTitle(): string {
    return this.state.title;
  }
  getType(): 'window' {
    return 'window';
  }
  isLoading(): boolean {
    return this.state.loading;
  }
  isLoadingMainFrame(): boolean {
    return this.state.loading;
  }
  isDestroyed(): boolean {
    return this.state.destroyed;
  }
  isCrashed(): boolean {
    return this.state.crashed;
  }
  isFocused(): boolean {
    return this.owner?.isFocused() ?? false;
  }

  focus(): void {
    this.owner?.focus();
  }

  close(): void {
    this.owner?.close();
  }

  forcefullyCrashRenderer(): void {
    // The command is never answered by a renderer that has just crashed.
    this.link.then(({ session }) => session.send('Page.crash')).catch(() => undefined);
  }

  /** @internal The renderer, or Chromium as a whole, has died. */
  gone(reason: 'crashed' | 'killed', exitCode: number): void {
    if (this.state.crashed || this.state.destroyed) return;
    this.state.crashed = true;
    this.state.loading = false;
    void this.link.then(
      (link) => link.forgetWorld(),
      () => undefined,
    );
    this.navigation.settle(new LoadError('net::ERR_FAILED', this.state.url));
    const details = { reason, exitCode };
    this.emit('render-process-gone', preventable({}), details);
    this.host.emitApp('render-process-gone', preventable({}), this, details);
  }

  /** @internal */
  destroyNow(): void {
    if (this.state.destroyed) return;
    this.state.destroyed = true;
    this.host.contents.delete(this.id);
    void this.link
      .then(async ({ targetId }) =>
        (await this.host.running).chromium.browser.send('Target.closeTarget', { targetId }),
      )
      .catch(() => undefined);
    this.emit('destroyed');
  }
}

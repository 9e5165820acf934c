import type { DevToolsSession } from '../chromium/connection.ts';
import type { PageTarget } from '../chromium/targets.ts';
import { nodeCodec, PRELOAD_WORLD, type PageScripts } from './scripts.ts';

/** What the preload's world says to the main process. */
export type FromPreload =
  | { readonly kind: 'hello' }
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'preload-error'; readonly error: Error }
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: unknown[] }
  | { readonly kind: 'send'; readonly channel: string; readonly args: unknown[] }
  | ({ readonly kind: 'context-menu' } & ContextMenu)
  | ({ readonly kind: 'key' } & KeyPress);

export interface ContextMenu {
  readonly x: number;
  readonly y: number;
  readonly isEditable: boolean;
  readonly selectionText: string;
  readonly linkURL: string;
  readonly srcURL: string;
}

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
}

export type ToPreload =
  | { readonly kind: 'reply'; readonly id: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: 'event'; readonly channel: string; readonly args: readonly unknown[] };

export interface PageListener {
  /** A document has begun and its preload's world can take messages. */
  onMessage(message: FromPreload): void;
  onNavigated(url: string, isInPlace: boolean): void;
  onStarted(url: string, isInPlace: boolean, isMainFrame: boolean): void;
  onDomReady(): void;
  onLoaded(): void;
  onConsole(
    level: 'info' | 'warning' | 'error' | 'debug',
    message: string,
    line: number,
    source: string,
  ): void;
  onException(text: string): void;
  /** The page asks for a new window. */
  onWindowOpen(url: string, frameName: string, features: string): void;
  /** The page asks to go somewhere that Chromium itself cannot go, such as `mailto:`. */
  onForeignNavigation(url: string): void;
}

/** One page of Chromium with the preload's world in it. */
export class PageLink {
  readonly targetId: string;
  readonly session: DevToolsSession;
  private readonly scripts: PageScripts;
  private readonly listener: PageListener;
  private world: number | undefined;
  private queue: string[] = [];

  constructor(target: PageTarget, scripts: PageScripts, listener: PageListener) {
    this.targetId = target.targetId;
    this.session = target.session;
    this.scripts = scripts;
    this.listener = listener;
  }

  /** Installs the scripts and lets the waiting page go. */
  async start(): Promise<void> {
    this.listen();
    const { session, scripts } = this;
    await Promise.all([
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Runtime.addBinding', { name: scripts.binding, executionContextName: PRELOAD_WORLD }),
      session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: scripts.preloadWorld,
        worldName: PRELOAD_WORLD,
      }),
      session.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.pageWorld }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ]);
  }

  /** Passes on an encoded `ToPreload`, in order; kept until the next document's preload is there if none is now. */
  post(text: string): void {
    if (this.world === undefined) this.queue.push(text);
    else this.evaluateInPreload(text, this.world);
  }

  /** The renderer has died: what was on its way to it is lost, as in Electron. */
  forgetWorld(): void {
    this.world = undefined;
    this.queue = [];
  }

  private evaluateInPreload(text: string, contextId: number): void {
    const expression = `${this.scripts.receiver}(${JSON.stringify(text)})`;
    // The document may be replaced while the message is on its way; Electron drops such messages, too.
    this.session.send('Runtime.evaluate', { expression, contextId }).catch(() => undefined);
  }

  private listen(): void {
    const { session, listener, targetId } = this;
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== this.scripts.binding) return;
      const message = nodeCodec.decode(payload) as FromPreload;
      if (message.kind === 'hello') {
        this.world = executionContextId;
        for (const text of this.queue.splice(0)) this.evaluateInPreload(text, executionContextId);
      }
      listener.onMessage(message);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.world) this.world = undefined;
    });
    session.on('Runtime.executionContextsCleared', () => {
      this.world = undefined;
    });
    session.on('Page.frameStartedNavigating', ({ frameId, url, navigationType }) =>
      listener.onStarted(url, navigationType === 'sameDocument', frameId === targetId),
    );
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) listener.onNavigated(frame.url + (frame.urlFragment ?? ''), false);
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId === targetId) listener.onNavigated(url, true);
    });
    session.on('Page.domContentEventFired', () => listener.onDomReady());
    session.on('Page.loadEventFired', () => listener.onLoaded());
    session.on('Page.windowOpen', ({ url, windowName, windowFeatures }) =>
      listener.onWindowOpen(url, windowName, windowFeatures.join(',')),
    );
    session.on('Page.frameRequestedNavigation', ({ frameId, url, disposition }) => {
      const handledByChromium = /^(https?|about|blob|data|javascript|file):/.test(url);
      if (frameId === targetId && disposition === 'currentTab' && !handledByChromium)
        listener.onForeignNavigation(url);
    });
    session.on('Runtime.exceptionThrown', ({ exceptionDetails }) =>
      listener.onException(exceptionDetails.exception?.description ?? exceptionDetails.text),
    );
    session.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const level = type === 'error' || type === 'warning' || type === 'debug' ? type : 'info';
      const text = args.map((arg) => String(arg.value ?? arg.description ?? arg.type)).join(' ');
      const frame = stackTrace?.callFrames[0];
      listener.onConsole(level, text, (frame?.lineNumber ?? -1) + 1, frame?.url ?? '');
    });
  }
}

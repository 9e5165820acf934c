import type { Chromium } from './chromium.ts';
import type { DevToolsSession } from './connection.ts';

export interface PageTarget {
  readonly targetId: string;
  readonly session: DevToolsSession;
}

export interface TargetListeners {
  onCrashed(targetId: string, errorCode: number): void;
  onDestroyed(targetId: string): void;
}

/** The pages of Chromium. Pages that other pages open are closed before they load anything. */
export class Targets {
  private readonly chromium: Chromium;
  private readonly sessions = new Map<string, DevToolsSession>();
  private startupTarget = Promise.withResolvers<string>();
  private openedAny = false;

  constructor(chromium: Chromium) {
    this.chromium = chromium;
  }

  async start(listeners: TargetListeners): Promise<void> {
    const { browser, connection } = this.chromium;
    browser.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const session = connection.session(sessionId);
      if (targetInfo.openerId === undefined) {
        this.sessions.set(targetInfo.targetId, session);
        this.startupTarget.resolve(targetInfo.targetId);
        return;
      }
      // Its opener waits for it, so it has to be let go before it can be closed.
      session.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
      // It may have closed itself by now; that is what is wanted.
      browser.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => undefined);
    });
    browser.on('Target.detachedFromTarget', ({ sessionId }) => connection.forget(sessionId));
    browser.on('Target.targetCrashed', ({ targetId, errorCode }) => listeners.onCrashed(targetId, errorCode));
    browser.on('Target.targetDestroyed', ({ targetId }) => {
      this.sessions.delete(targetId);
      listeners.onDestroyed(targetId);
    });
    await browser.send('Target.setDiscoverTargets', { discover: true });
    await browser.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: 'page', exclude: false }],
    });
  }

  /** A new window with an empty page that waits: nothing runs in it until `Runtime.runIfWaitingForDebugger`. */
  async open(width: number, height: number): Promise<PageTarget> {
    const targetId = await this.newTarget(width, height);
    const session = this.sessions.get(targetId);
    if (!session) throw new Error('Chromium closed the window while it was opened');
    return { targetId, session };
  }

  private async newTarget(width: number, height: number): Promise<string> {
    const first = !this.openedAny;
    this.openedAny = true;
    // Only the window Chromium starts with (`--app`) comes without tabs and address bar.
    if (first && this.chromium.mode === 'windowed') return this.startupTarget.promise;
    const created = await this.chromium.browser.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      width,
      height,
    });
    return created.targetId;
  }
}

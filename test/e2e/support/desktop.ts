/** What the app asks of the desktop, recorded in its main process; the same on Electron and the stand-in. */
import type { ElectronApplication } from 'playwright-core';

interface Recorded {
  readonly notifications: { emit(event: string, ...args: unknown[]): boolean }[];
  badge: number;
}
type WithRecord = typeof globalThis & { recorded?: Recorded; relayProcess?: { readonly pid?: number } };

/** Notifications are kept instead of shown, and the badge's number is kept beside. Call before they can come. */
export async function recordDesktop(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ app: electronApp, Notification }) => {
    const recorded: Recorded = { notifications: [], badge: 0 };
    (globalThis as WithRecord).recorded = recorded;
    Notification.prototype.show = function (this: Recorded['notifications'][number]) {
      recorded.notifications.push(this);
    };
    Notification.prototype.close = function (this: Recorded['notifications'][number]) {
      recorded.notifications.splice(recorded.notifications.indexOf(this), 1);
    };
    electronApp.setBadgeCount = (count = 0) => {
      recorded.badge = count;
      return true;
    };
  });
}

export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly groupId: string;
}

export function shownNotifications(app: ElectronApplication): Promise<ShownNotification[]> {
  return app.evaluate(() =>
    ((globalThis as WithRecord).recorded?.notifications ?? []).map((notification) => {
      const { title, body, groupId } = notification as unknown as ShownNotification;
      return { title, body, groupId };
    }),
  );
}

export function clickNotification(app: ElectronApplication): Promise<void> {
  return app.evaluate(() => {
    (globalThis as WithRecord).recorded?.notifications.at(-1)?.emit('click', {});
  });
}

export function badgeCount(app: ElectronApplication): Promise<number> {
  return app.evaluate(() => (globalThis as WithRecord).recorded?.badge ?? 0);
}

/** As if another program came to the front. */
export function loseFocus(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0];
    window?.blur();
  });
}

export interface WindowState {
  readonly isVisible: boolean;
  readonly isFocused: boolean;
}

export function windowState(app: ElectronApplication): Promise<WindowState | null> {
  return app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0];
    return window === undefined ? null : { isVisible: window.isVisible(), isFocused: window.isFocused() };
  });
}

export function clickMenu(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate(({ Menu }, itemId) => {
    Menu.getApplicationMenu()?.getMenuItemById(itemId)?.click();
  }, id);
}

/** An expression in the window's page, by way of the main process. */
export function evaluateInWindow(app: ElectronApplication, expression: string): Promise<unknown> {
  return app.evaluate(
    ({ BrowserWindow }, code) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code) as Promise<unknown>,
    expression,
  );
}

/** Remembers the process of the relay that is hosted from now on. */
export async function watchHostedRelay(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ utilityProcess }) => {
    const fork = utilityProcess.fork.bind(utilityProcess);
    utilityProcess.fork = (...args) => {
      const child = fork(...args);
      (globalThis as WithRecord).relayProcess = child as { readonly pid?: number };
      return child;
    };
  });
}

export async function hostedRelayPid(app: ElectronApplication): Promise<number> {
  const pid = await app.evaluate(() => (globalThis as WithRecord).relayProcess?.pid);
  if (pid === undefined) throw new Error('no relay is hosted');
  return pid;
}

import { startChromium, modeFrom } from '../chromium/chromium.ts';
import { Network } from '../chromium/network.ts';
import { Targets } from '../chromium/targets.ts';
import { App, type AppIdentity } from '../api/app.ts';
import { BrowserWindow } from '../api/browser-window.ts';
import {
  createDialogApi,
  createGlobalShortcutApi,
  createNetApi,
  createSafeStorageApi,
  createShellApi,
  PowerMonitor,
  Screen,
} from '../api/desktop.ts';
import { ClipboardItem, createClipboardApi } from '../api/clipboard.ts';
import type { Host, RunningChromium } from '../api/host.ts';
import { IpcMain } from '../api/ipc.ts';
import { createMenuApi } from '../api/menu.ts';
import { createNativeImageApi } from '../api/native-image.ts';
import { NativeTheme } from '../api/native-theme.ts';
import { createNotificationApi } from '../api/notification.ts';
import { Protocol } from '../api/protocol.ts';
import { Session } from '../api/session.ts';
import { NotInStandIn, strict } from '../api/strict.ts';
import { createTrayApi } from '../api/tray.ts';
import { unavailable, unavailableClass } from '../api/unavailable.ts';
import { createUtilityProcessApi } from '../api/utility-process.ts';
import type { WebContents } from '../api/web-contents.ts';
import { createWindowApi } from '../api/window-api.ts';
import { Origins } from '../page/origins.ts';
import { NativeRecord } from '../record/record.ts';

export interface ComposeOptions {
  readonly identity: AppIdentity;
  readonly argv: readonly string[];
  readonly nodeExecutable: string;
}

/** Builds the whole `electron` module. `start` runs Chromium and makes the app ready. */
export function composeElectron({ identity, argv, nodeExecutable }: ComposeOptions) {
  const record = new NativeRecord();
  const windows = new Map<number, BrowserWindow>();
  const contents = new Map<number, WebContents>();
  const origins = new Origins();
  const running = Promise.withResolvers<RunningChromium>();

  const app = new App(
    record,
    {
      closeAll: () => {
        for (const window of [...windows.values()]) window.close();
        return windows.size === 0;
      },
      count: () => windows.size,
    },
    identity,
    argv,
  );
  const protocol = strict('protocol', new Protocol(origins, () => app.isReady()));
  const session = new Session(record, protocol);
  const nativeTheme = new NativeTheme(() => {
    for (const page of contents.values()) page.view.mediaChanged();
  });
  const ipcMain = new IpcMain('ipcMain');
  const menus = createMenuApi({
    record,
    quit: () => app.quit(),
    focusedWindow: () => [...windows.values()].find((window) => window.isFocused()),
  });

  const { node, chrome, electron, v8 } = process.versions as Record<string, string | undefined>;
  const host: Host = {
    record,
    origins,
    ipcMain,
    session,
    contents,
    windows,
    preloadProcess: {
      platform: process.platform,
      arch: process.arch,
      versions: { node, chrome, electron, v8 },
    },
    running: running.promise,
    isReady: () => app.isReady(),
    mediaFeatures: () => nativeTheme.mediaFeatures(),
    emitApp: (event, ...args) => app.emit(event, ...args),
    openWindow: (options) => new BrowserWindow(host, options),
    keyPressed: (input, window) => menus.keyPressed(input, window),
    windowClosed: () => {
      if (windows.size === 0) app.allWindowsClosed();
    },
  };
  const windowApi = createWindowApi(host);
  const byTarget = (targetId: string): WebContents | undefined =>
    [...contents.values()].find((page) => page.targetId === targetId);

  const start = async (): Promise<void> => {
    const mode = modeFrom(process.env);
    const chromium = await startChromium({
      mode,
      userData: app.getPath('userData'),
      switches: app.commandLine.switches,
    });
    const targets = new Targets(chromium);
    await targets.start({
      onCrashed: (targetId, errorCode) => byTarget(targetId)?.gone('crashed', errorCode),
      onDestroyed: (targetId) => byTarget(targetId)?.owner?.destroy(),
    });
    const network = new Network(chromium, origins, {
      // A page's main frame has the id of its target. Frames inside a page are not the app's to refuse.
      mayLoadDocument: async (request) => byTarget(request.frameId)?.mayLoadDocument(request) ?? true,
      handlerFor: (scheme) => protocol.handlerOf(scheme),
      mayRequest: (request) => session.mayRequest(request),
      changeHeaders: (request, status, headers) => session.changeHeaders(request, status, headers),
    });
    await network.start();
    running.resolve({ chromium, targets });
    void chromium.exited.then(() => {
      for (const page of [...contents.values()]) page.gone('killed', 1);
      process.stderr.write('Chromium has ended, and the app with it.\n');
      app.exit(1);
    });
    app.becomeReady();
  };

  const electronModule = {
    app,
    BrowserWindow: windowApi.BrowserWindow,
    webContents: windowApi.webContents,
    ipcMain,
    protocol,
    session: strict('session', {
      defaultSession: session,
      fromPartition: (partition: string) => {
        throw new NotInStandIn(
          `session.fromPartition('${partition}'): there is one session, session.defaultSession`,
        );
      },
    }),
    Menu: menus.Menu,
    MenuItem: menus.MenuItem,
    Tray: createTrayApi(record),
    nativeImage: createNativeImageApi(),
    Notification: createNotificationApi(record),
    dialog: createDialogApi(record),
    shell: createShellApi(record),
    nativeTheme,
    powerMonitor: new PowerMonitor('powerMonitor'),
    net: createNetApi(),
    screen: new Screen(),
    clipboard: createClipboardApi(),
    ClipboardItem: strict('ClipboardItem', ClipboardItem),
    safeStorage: createSafeStorageApi(),
    globalShortcut: createGlobalShortcutApi(record),
    utilityProcess: createUtilityProcessApi(nodeExecutable),
    crashReporter: strict('crashReporter', {
      start: (options?: object) => record.add('crashReporter.start', options),
    }),
    systemPreferences: unavailable('systemPreferences'),
    autoUpdater: unavailable('autoUpdater'),
    powerSaveBlocker: unavailable('powerSaveBlocker'),
    desktopCapturer: unavailable('desktopCapturer'),
    contentTracing: unavailable('contentTracing'),
    MessageChannelMain: unavailableClass('MessageChannelMain'),
  };
  const chromiumPid = async (): Promise<number | undefined> => (await running.promise).chromium.pid;
  return { electron: electronModule, record, chromiumPid, start };
}

/** Composition root of the desktop app: everything is made here and handed down. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app,
  clipboard,
  dialog,
  ipcMain,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { systemClock, systemTimers } from '../src-shared/clock.ts';
import { serializeError } from '../src-shared/errors.ts';
import type { SettingsView } from '../src-shared/contract/views.ts';
import type { RoomId } from '../src-shared/ids.ts';
import { errorFields } from './engine/log.ts';
import { appInfo, describeApp } from './shell/app-info.ts';
import { AppStateHolder } from './shell/app-state/app-state.ts';
import { receiveLinks } from './shell/deep-links/receive-links.ts';
import { watchConnectivity } from './shell/engine/connectivity.ts';
import { followEngine } from './shell/engine/engine-events.ts';
import { EngineHost } from './shell/engine/engine-host.ts';
import { openEngine } from './shell/engine/open-engine.ts';
import { HostedRelay } from './shell/hosted-relay/hosted-relay.ts';
import { EventOutbox } from './shell/ipc/event-outbox.ts';
import { registerIpc } from './shell/ipc/register.ts';
import { createRouter } from './shell/ipc/router.ts';
import { shellHandlers } from './shell/ipc/shell-handlers.ts';
import { logFailure, pinoLogger } from './shell/logging/logger.ts';
import { RotatingFile } from './shell/logging/rotating-file.ts';
import { showMenu } from './shell/menu/menu.ts';
import { Notifier } from './shell/notifications/notifier.ts';
import { PreferencesFile } from './shell/preferences/preferences-file.ts';
import { orderlyQuit } from './shell/quit.ts';
import { offerReload, offerRestart, restart } from './shell/restart-offer.ts';
import { APP_URL } from './shell/security/app-address.ts';
import { registerAppScheme, serveInterface } from './shell/security/app-protocol.ts';
import { confinePages, confineSession } from './shell/security/lockdown.ts';
import { systemKeychain } from './shell/store/keychain.ts';
import { StoreSession } from './shell/store/store-session.ts';
import { Badge } from './shell/unread/badge.ts';
import { ConversationsMirror } from './shell/unread/conversations-mirror.ts';
import { createTray, type AppTray } from './shell/unread/tray.ts';
import { MainWindow } from './shell/window/main-window.ts';

/** Windows shows notifications of apps it knows by this name. The same as in electron-builder.yml. */
const APP_USER_MODEL_ID = 'org.kith.desktop';
const MAX_LOG_BYTES = 2 * 1024 * 1024;

app.setName('Kith');
app.enableSandbox();
registerAppScheme(protocol);
if (app.requestSingleInstanceLock()) compose();
else app.exit(0);

function compose(): void {
  const { platform } = process;
  const built = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const userData = (name: string): string => join(app.getPath('userData'), name);
  const icons = join(app.getAppPath(), 'resources', 'icons');
  const log = pinoLogger(new RotatingFile({ path: userData('logs/kith.log'), maxBytes: MAX_LOG_BYTES }));
  process.on('uncaughtExceptionMonitor', logFailure(log, 'main.uncaught-exception'));
  process.on('unhandledRejection', logFailure(log, 'main.unhandled-rejection'));
  const info = appInfo(app);
  log.info('app.starting', { version: info.version, host: info.host, platform });

  // What the parts below tell each other goes through these; the window comes last because it uses them all.
  const preferences = new PreferencesFile(userData('shell.json'), log);
  const outbox = new EventOutbox((event) => {
    mainWindow.send(event);
  });
  const appState = new AppStateHolder((state) => {
    log.info('app.state', { phase: state.phase });
    outbox.publish({ type: 'app-state', state });
  });
  const mirror = new ConversationsMirror();
  let visibleRoom: RoomId | null = null;
  let tray: AppTray | null = null;
  const showWindow = (): void => {
    mainWindow.show();
  };
  const quitApp = (): void => {
    app.quit();
  };
  const onTheme = (theme: SettingsView['theme']): void => {
    preferences.update({ theme });
    nativeTheme.themeSource = theme;
  };
  nativeTheme.themeSource = preferences.value.theme;

  const notifier = new Notifier({
    clock: systemClock,
    onClicked: (roomId) => {
      showWindow();
      outbox.publish({ type: 'open-room', roomId });
    },
  });
  const badge = new Badge({
    app,
    platform,
    tray: () => tray,
    window: () => mainWindow.window,
    overlayIconPath: join(icons, 'overlay-unread.png'),
  });
  const showUnread = (total: number): void => {
    badge.show(total);
  };
  const offer = { app, dialog, window: () => mainWindow.window };
  const onEngineEvent = followEngine({
    mirror,
    notifier,
    showUnread,
    onTheme,
    attention: () => ({ window: mainWindow.isFocused ? 'focused' : 'in-background', visibleRoom }),
    onAccount: (account) => {
      appState.happen({ type: 'account-changed', account });
    },
  });
  // Before the window: the thread loads its native modules meanwhile.
  const engine = new EngineHost({
    workerUrl: new URL('./engine.js', import.meta.url),
    dataFolder: userData('profile'),
    log,
    onEvent: (event) => {
      onEngineEvent(event);
      outbox.publish(event);
    },
    onDied: (error) => {
      appState.happen({ type: 'failed', error: serializeError(error) });
      offerRestart(offer, error).catch(logFailure(log, 'restart.not-offered'));
    },
  });
  const hostedRelay = new HostedRelay({
    utilityProcess,
    clock: systemClock,
    timers: systemTimers,
    modulePath: built('./relay.js'),
    dataDirectory: userData('relay'),
    preferences,
    log,
    onChange: (relay) => {
      outbox.publish({ type: 'hosted-relay', relay });
    },
    onRestarted: () => {
      // Its own people are at it too, and need not wait for their next try.
      engine.ask('connection.retry', {}).catch(logFailure(log, 'connection.not-retried'));
    },
  });
  const quit = orderlyQuit({
    app,
    log,
    async shutDown() {
      await mainWindow.letPageGo();
      // The relay last: the engine may still have something to tell it.
      await engine.close();
      await hostedRelay.end();
      notifier.clearAll();
      log.info('app.quit');
    },
  });
  const mainWindow = new MainWindow({
    url: APP_URL,
    preloadPath: built('../preload/preload.cjs'),
    iconPath: join(icons, 'icon.png'),
    preferences,
    log,
    onClose: () => (quit.isUnderWay || tray === null || platform === 'darwin' ? 'close' : 'hide'),
    onPageGone: () => {
      outbox.pageGone();
      visibleRoom = null;
    },
    onPageLost: () => offerReload(offer),
    quit: quitApp,
  });

  confinePages(app, log);
  app.setAppUserModelId(APP_USER_MODEL_ID);
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    if (platform !== 'darwin') quitApp();
  });
  receiveLinks({
    app,
    argv: process.argv,
    log,
    onCalled: showWindow,
    onJoin: (link) => {
      outbox.publish({ type: 'join-link', link });
    },
  });
  app.whenReady().then(start).catch(fatal);

  async function start(): Promise<void> {
    confineSession(session.defaultSession, platform, log);
    serveInterface(protocol, built('../renderer'), log);
    describeApp(app, info);
    showMenu(app, (command) => {
      showWindow();
      outbox.publish({ type: 'command', command });
    });
    tray = createTray({ iconFolder: icons, platform, onOpen: showWindow, onQuit: quitApp });
    const relayRestored = hostedRelay.restore();
    const store = new StoreSession({
      profileFolder: userData('profile'),
      keychain: systemKeychain(safeStorage, platform).catch((error: unknown) => {
        log.warn('keychain.unavailable', errorFields(error));
        return null;
      }),
      openEngine: (key) => openEngine({ engine, mirror, showUnread, onTheme, relayRestored }, key),
      appState,
      log,
    });
    const setVisibleRoom = (roomId: RoomId | null): void => {
      visibleRoom = roomId;
    };
    const router = createRouter({
      shell: shellHandlers({
        appState,
        info,
        outbox,
        setVisibleRoom,
        profileFolder: userData('profile'),
        retry: () => (engine.isRunning ? store.retry() : restart(app)),
        shell,
        clipboard,
        store,
        hostedRelay,
      }),
      engine: (name, params) => engine.request(name, params),
      log,
    });
    registerIpc({ ipcMain, router, pageId: () => mainWindow.pageId });
    watchConnectivity({
      powerMonitor,
      net,
      engine,
      relayUrl: () => (appState.state.phase === 'open' ? (appState.state.account?.relayUrl ?? null) : null),
    });
    mainWindow.open();
    await store.begin();
  }

  function fatal(error: unknown): void {
    log.error('app.not-started', errorFields(error));
    dialog.showErrorBox('Kith cannot start', error instanceof Error ? error.message : String(error));
    app.exit(1);
  }
}

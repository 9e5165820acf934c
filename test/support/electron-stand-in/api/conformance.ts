/*
 * Checks, by the compiler alone, that the stand-in has the members of Electron's own declarations and no others,
 * and that each can be called as the declarations say. Nothing here exists at run time.
 */
import type { EventEmitter } from 'node:events';
import type { composeElectron } from '../start/compose.ts';
import type { BrowserWindow } from './browser-window.ts';
import type { Menu, MenuItem } from './menu.ts';
import type { NativeImage } from './native-image.ts';
import type { Notification } from './notification.ts';
import type { Session } from './session.ts';
import type { Tray } from './tray.ts';
import type { UtilityProcess } from './utility-process.ts';
import type { WebContents } from './web-contents.ts';
import type { WebFrameMain } from './web-frame-main.ts';

type Module = ReturnType<typeof composeElectron>['electron'];

/** Listener types cannot be compared: Electron has one overload for each event. */
type Emitter = keyof EventEmitter;

/** Members that Electron does not have, or has with another shape. */
type Wrong<Mine, Theirs, Known extends PropertyKey> = {
  [Member in Exclude<keyof Mine, Emitter | Known>]: Member extends keyof Theirs
    ? Mine[Member] extends Theirs[Member]
      ? never
      : Member
    : Member;
}[Exclude<keyof Mine, Emitter | Known>];

type None<T extends never> = T;

/**
 * `Known` names the members that take or give another object of the stand-in (which lacks most of Electron's
 * members, so the compiler cannot accept it in their place) and the stand-in's own ones.
 */
export type Conformance = [
  None<Wrong<Module['app'], Electron.App, 'becomeReady' | 'allWindowsClosed'>>,
  None<Wrong<BrowserWindow, Electron.BrowserWindow, 'webContents' | 'pageShown' | 'pageTitleChanged'>>,
  None<
    Wrong<
      WebContents,
      Electron.WebContents,
      | 'session'
      | 'ipc'
      | 'mainFrame'
      | 'view'
      | 'owner'
      | 'targetId'
      | 'mayLoadDocument'
      | 'isPrevented'
      | 'windowOpenAsked'
      | 'reply'
      | 'gone'
      | 'destroyNow'
    >
  >,
  None<Wrong<WebFrameMain, Electron.WebFrameMain, 'ipc' | 'frames' | 'top'>>,
  None<
    Wrong<
      Session,
      Electron.Session,
      | 'protocol'
      | 'webRequest'
      | 'setPermissionRequestHandler'
      | 'setPermissionCheckHandler'
      | 'applyPermissions'
      | 'mayRequest'
      | 'changeHeaders'
    >
  >,
  None<
    Wrong<
      Session['webRequest'],
      Electron.WebRequest,
      'mayRequest' | 'changeHeaders' | 'onBeforeRequest' | 'onHeadersReceived'
    >
  >,
  None<Wrong<Module['ipcMain'], Electron.IpcMain, 'handle' | 'handleOnce' | 'handlerOf'>>,
  None<Wrong<Module['protocol'], Electron.Protocol, 'handlerOf'>>,
  None<Wrong<Menu, Electron.Menu, 'items' | 'append' | 'insert' | 'getMenuItemById' | 'itemFor'>>,
  None<Wrong<MenuItem, Electron.MenuItem, 'role' | 'submenu' | 'icon' | 'menu'>>,
  None<Wrong<Tray, Electron.Tray, 'setContextMenu' | 'popUpContextMenu' | 'standInState'>>,
  None<Wrong<Notification, Electron.Notification, 'icon'>>,
  None<Wrong<NativeImage, Electron.NativeImage, 'resize'>>,
  None<
    Wrong<
      Module['nativeImage'],
      typeof Electron.nativeImage,
      'createEmpty' | 'createFromBuffer' | 'createFromDataURL' | 'createFromPath'
    >
  >,
  None<Wrong<Module['dialog'], Electron.Dialog, never>>,
  None<Wrong<Module['shell'], Electron.Shell, never>>,
  None<Wrong<Module['nativeTheme'], Electron.NativeTheme, 'standInSystem' | 'mediaFeatures'>>,
  None<Wrong<Module['powerMonitor'], Electron.PowerMonitor, never>>,
  None<Wrong<Module['net'], Electron.Net, never>>,
  None<
    Wrong<
      Module['screen'],
      Electron.Screen,
      'getPrimaryDisplay' | 'getAllDisplays' | 'getDisplayMatching' | 'getDisplayNearestPoint'
    >
  >,
  None<Wrong<Module['clipboard'], Electron.Clipboard, 'read' | 'write'>>,
  None<Wrong<Module['safeStorage'], Electron.SafeStorage, never>>,
  None<Wrong<Module['globalShortcut'], Electron.GlobalShortcut, never>>,
  None<Wrong<Module['utilityProcess'], typeof Electron.utilityProcess, never>>,
  None<Wrong<UtilityProcess, Electron.UtilityProcess, never>>,
  None<Wrong<Module['app']['commandLine'], Electron.CommandLine, 'switches'>>,
];

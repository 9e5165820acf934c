import type { DevToolsSession } from '../chromium/connection.ts';
import type { Origins } from '../page/origins.ts';
import { originOf } from '../page/origins.ts';
import type { WebContents } from './web-contents.ts';

export type PermissionRequestHandler = (
  contents: WebContents,
  permission: string,
  callback: (granted: boolean) => void,
  details: object,
) => void;
export type PermissionCheckHandler = (
  contents: WebContents | null,
  permission: string,
  origin: string,
  details: object,
) => boolean;

interface Permission {
  /** What Electron calls it when it asks the handlers. */
  readonly electron: string;
  /** What `Browser.setPermission` calls it. */
  readonly chromium: string;
  readonly details?: object;
}

/** The permissions that DevTools can set; `hid`, `serial` and `usb` are not among them and stay refused. */
const PERMISSIONS: readonly Permission[] = [
  { electron: 'notifications', chromium: 'notifications' },
  { electron: 'geolocation', chromium: 'geolocation' },
  { electron: 'media', chromium: 'camera', details: { mediaTypes: ['video'] } },
  { electron: 'media', chromium: 'microphone', details: { mediaTypes: ['audio'] } },
  { electron: 'clipboard-read', chromium: 'clipboard-read' },
  { electron: 'clipboard-sanitized-write', chromium: 'clipboard-write' },
  { electron: 'midi', chromium: 'midi' },
  { electron: 'idle-detection', chromium: 'idle-detection' },
  { electron: 'storage-access', chromium: 'storage-access' },
  { electron: 'window-management', chromium: 'window-management' },
  { electron: 'keyboardLock', chromium: 'keyboard-lock' },
  { electron: 'pointerLock', chromium: 'pointer-lock' },
  { electron: 'display-capture', chromium: 'display-capture' },
  { electron: 'speaker-selection', chromium: 'speaker-selection' },
  { electron: 'unknown', chromium: 'local-fonts' },
  { electron: 'unknown', chromium: 'persistent-storage' },
];

/**
 * Asks the app's handlers about every permission and tells Chromium the answers for one origin. DevTools has no
 * event for "a page asks", so this happens before each document; without handlers everything is granted, as in Electron.
 */
export async function applyPermissions(
  browser: DevToolsSession,
  contents: WebContents,
  url: string,
  origins: Origins,
  handlers: {
    readonly request: PermissionRequestHandler | null;
    readonly check: PermissionCheckHandler | null;
  },
): Promise<void> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return;
  const origin = new URL(origins.toChromium(url)).origin;
  if (origin === 'null') return;
  const appOrigin = originOf(url);
  await Promise.all(
    PERMISSIONS.map(async ({ electron, chromium, details }) => {
      const asked = { requestingUrl: url, securityOrigin: appOrigin, isMainFrame: true, ...details };
      const checked = handlers.check?.(contents, electron, appOrigin, asked) ?? true;
      const requested = new Promise<boolean>((resolve) => {
        if (checked && handlers.request) handlers.request(contents, electron, resolve, asked);
        else resolve(checked);
      });
      const setting = (await requested) ? 'granted' : 'denied';
      await browser.send('Browser.setPermission', { permission: { name: chromium }, setting, origin });
    }),
  );
}

/** What pages may not do, whatever their scripts ask for: everything that Kith does not need. */
import type { App, Session, WebContents } from 'electron';
import type { Logger } from '../../engine/log.ts';
import { APP_SCHEME } from './app-address.ts';

/** Schemes of requests a page may make; everything else would be a way out. */
const ALLOWED_SCHEMES: ReadonlySet<string> = new Set([`${APP_SCHEME}:`, 'blob:', 'data:', 'devtools:']);

/** For every page there will ever be. Call before the first window is made. */
export function confinePages(app: App, log: Logger): void {
  app.on('web-contents-created', (_event, contents) => {
    confine(contents, log);
  });
}

function confine(contents: WebContents, log: Logger): void {
  contents.on('will-navigate', (event) => {
    event.preventDefault();
    log.warn('page.navigation-refused');
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
    log.warn('page.redirect-refused');
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    log.warn('page.webview-refused');
  });
  contents.setWindowOpenHandler(() => {
    log.warn('page.window-refused');
    return { action: 'deny' };
  });
}

/** Everything that holds for the session as a whole. Call once it exists, after `ready`. */
export function confineSession(session: Session, platform: NodeJS.Platform, log: Logger): void {
  refusePermissions(session);
  refuseForeignRequests(session, log);
  keepSpellCheckLocal(session, platform);
}

/** Electron grants permissions unless a handler refuses; Kith's page needs none. */
function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => {
    callback(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** The second wall behind the content security policy. */
function refuseForeignRequests(session: Session, log: Logger): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    const isAllowed = ALLOWED_SCHEMES.has(URL.parse(details.url)?.protocol ?? '');
    if (!isAllowed) log.warn('page.request-refused', { type: details.resourceType });
    callback({ cancel: !isAllowed });
  });
}

/**
 * Windows and Linux would fetch a dictionary from a third party's server, which tells it that Kith is used
 * here and in which language. macOS has its own.
 */
function keepSpellCheckLocal(session: Session, platform: NodeJS.Platform): void {
  session.setSpellCheckerEnabled(platform === 'darwin');
}

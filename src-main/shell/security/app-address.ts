/** Addresses of the app's own scheme, which serves the interface and nothing else. */

export const APP_SCHEME = 'app';
const APP_HOST = 'kith';
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/`;

/** True for a document of the app itself. */
export function isAppUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === `${APP_SCHEME}:` && parsed.host === APP_HOST;
}

/** Only what a build puts out; a file of another kind in the folder is not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

export interface Asset {
  /** Parts of the path below the interface's folder, each a plain name. */
  readonly segments: readonly string[];
  readonly contentType: string;
}

/** A plain file name: no separators of any system, no drive letters, no hidden files, no `..`. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Which file an address means; null for everything that is not plainly one of ours. */
export function assetFor(url: string): Asset | null {
  const parsed = URL.parse(url);
  if (parsed === null || !isAppUrl(url)) return null;
  const path = parsed.pathname === '/' ? '/index.html' : parsed.pathname;
  const segments = path.slice(1).split('/');
  // Percent signs are not in the pattern, so nothing can hide behind an encoding.
  if (!segments.every((segment) => SEGMENT.test(segment) && !segment.includes('..'))) return null;
  const contentType = CONTENT_TYPES[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''];
  return contentType === undefined ? null : { segments, contentType };
}

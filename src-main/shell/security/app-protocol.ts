/** Serves the interface from its folder under `app://kith/`, with the headers that keep the page in its place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Protocol } from 'electron';
import { errorFields, type Logger } from '../../engine/log.ts';
import { APP_SCHEME, assetFor } from './app-address.ts';

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
};

/** Must be called before `ready`. */
export function registerAppScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

export function serveInterface(protocol: Protocol, folder: string, log: Logger): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const asset = request.method === 'GET' ? assetFor(request.url) : null;
    if (asset === null) return notFound();
    try {
      const body = await readFile(join(folder, ...asset.segments));
      return new Response(Uint8Array.from(body), {
        headers: { ...HEADERS, 'Content-Type': asset.contentType },
      });
    } catch (error) {
      log.warn('interface.not-served', errorFields(error));
      return notFound();
    }
  });
}

function notFound(): Response {
  return new Response('Not found', { status: 404, headers: { ...HEADERS, 'Content-Type': 'text/plain' } });
}

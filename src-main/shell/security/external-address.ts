import { KithError } from '../../../src-shared/errors.ts';

/** The address to give to the browser. Throws `invalid-request` for all but web pages: other schemes start programs. */
export function externalAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw new KithError('invalid-request', 'Only web addresses (http and https) can be opened.');
  }
  return url.href;
}

/**
 * The link that invites somebody to a relay: `kith://relay?url=<http or https address>&name=<relay name>`.
 */
import { KithError } from '../errors.ts';

export interface JoinLink {
  /** Base address of the relay, `http:` or `https:`. */
  readonly relayUrl: string;
  /** The relay's stable identity, where the link tells it. */
  readonly relayName?: string;
}

export function formatJoinLink(link: JoinLink): string {
  const query = new URLSearchParams({ url: link.relayUrl });
  if (link.relayName !== undefined) query.set('name', link.relayName);
  return `kith://relay?${query.toString()}`;
}

/** `localhost:7878` has a port where another address has what follows its scheme. */
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:(?!\d)/i;

/** Takes a join link or the relay's plain address, with or without its scheme. Throws `invalid-request`. */
export function parseJoinLink(text: string): JoinLink {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  if (url?.protocol === 'kith:' && (url.hostname || url.pathname.replaceAll('/', '')) === 'relay') {
    const relayName = url.searchParams.get('name');
    return {
      relayUrl: relayUrl(url.searchParams.get('url') ?? ''),
      ...(relayName === null || relayName === '' ? {} : { relayName }),
    };
  }
  return { relayUrl: relayUrl(HAS_SCHEME.test(trimmed) ? trimmed : `http://${trimmed}`) };
}

/** Normalises to `http(s)://host[:port]`. A WebSocket address means the same relay. */
function relayUrl(text: string): string {
  const url = URL.parse(text.replace(/^ws(s?):/, 'http$1:'));
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    throw new KithError(
      'invalid-request',
      'That is not a relay address. It looks like https://relay.example.org.',
    );
  }
  return url.origin + (url.pathname === '/' ? '' : url.pathname.replace(/\/+$/, ''));
}

/** The WebSocket address of a relay's base address. */
export function socketUrl(relayBaseUrl: string): string {
  return `${relayBaseUrl.replace(/^http/, 'ws')}/v1/socket`;
}

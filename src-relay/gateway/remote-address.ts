/** Whom a registration counts against. Pure. */

/** Whether the relay stands behind a reverse proxy that sets `X-Forwarded-For`. */
export type ProxyTrust = 'direct' | 'behind-proxy';

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/**
 * The address whose registrations are counted, `undefined` for loopback: whoever is on the machine could
 * as well edit the database. Behind a proxy the last entry of the header is the one the proxy wrote;
 * anything before it is the client's own claim.
 */
export function rateLimitedAddress(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trust: ProxyTrust,
): string | undefined {
  const forwarded = typeof forwardedFor === 'string' ? forwardedFor : forwardedFor?.join(',');
  const lastForwarded = forwarded?.split(',').at(-1)?.trim();
  const address = trust === 'behind-proxy' && lastForwarded ? lastForwarded : socketAddress;
  if (address === undefined) return 'unknown';
  return LOOPBACK.test(address) ? undefined : networkOf(address);
}

/** An IPv4 address as it is; of an IPv6 address the /64, which one subscriber has to himself. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? [] : tail.split(':');
    while (groups.length + tailGroups.length < 8) groups.push('0');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

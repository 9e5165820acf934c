import type { NetworkInterfaceInfo } from 'node:os';

/** The address under which computers nearby reach this one: the first IPv4 address that is not only for itself. */
export function sharedHost(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string | null {
  for (const addresses of Object.values(interfaces)) {
    const found = addresses?.find(
      // 169.254 is what a computer gives itself when nobody else does (RFC 3927): nobody is there.
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
    );
    if (found !== undefined) return found.address;
  }
  return null;
}

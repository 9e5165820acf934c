/** `kith://` links: from the command line, from a second start, and from the system on macOS. */
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';

export const LINK_SCHEME = 'kith';

export type OpenedLink = { readonly type: 'join'; readonly link: string } | { readonly type: 'unknown' };

/** Arguments that are links of ours. Everything else on a command line is somebody else's. */
export function linksIn(argv: readonly string[]): string[] {
  return argv.filter((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}:`));
}

export function readLink(link: string): OpenedLink {
  // The parser also takes plain addresses, which no system sends here.
  if (URL.parse(link)?.protocol !== `${LINK_SCHEME}:`) return { type: 'unknown' };
  try {
    parseJoinLink(link);
    return { type: 'join', link };
  } catch {
    return { type: 'unknown' };
  }
}

/** Which link leads to a relay: ours from this computer, and the one that others are given. */
import type { AccountView, HostedRelayView } from '../../src-shared/contract/views.ts';
import { formatJoinLink, parseJoinLink } from '../../src-shared/protocol/join-link.ts';

type RunningRelay = Extract<HostedRelayView, { state: 'running' }>;

/** Our own way to the relay of this computer: it stays the same when the network around changes. */
export function linkFromHere({ url, joinLink }: RunningRelay): string {
  return formatJoinLink({ ...parseJoinLink(joinLink), relayUrl: url });
}

/** Whether the account is at the relay that this computer hosts. */
export function isOwnRelay(account: AccountView, { url, joinLink }: RunningRelay): boolean {
  return url === account.relayUrl || parseJoinLink(joinLink).relayName === account.relayName;
}

/** For others: the relay by its address and its name. Our own relay is reached under another address from outside. */
export function inviteLink(account: AccountView, hosted: HostedRelayView): string {
  if (hosted.state === 'running' && isOwnRelay(account, hosted)) return hosted.joinLink;
  const { relayUrl, relayName } = account;
  return formatJoinLink(relayName === null ? { relayUrl } : { relayUrl, relayName });
}

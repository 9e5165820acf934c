/** What the system says about the network, as far as it matters for reaching the relay. */
export interface NetworkFacts {
  readonly isSystemOnline: boolean;
  /** Base address of the account's relay; null before there is an account. */
  readonly relayUrl: string | null;
}

/** A relay on this computer is reached without any network. */
export function networkSignal({ isSystemOnline, relayUrl }: NetworkFacts): 'up' | 'down' {
  if (isSystemOnline) return 'up';
  return relayUrl !== null && isLoopback(relayUrl) ? 'up' : 'down';
}

function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

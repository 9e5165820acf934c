/** Host of a relay's address, for people; the text itself where it is no address. */
export function relayHost(relayUrl: string): string {
  return URL.parse(relayUrl)?.host ?? relayUrl;
}

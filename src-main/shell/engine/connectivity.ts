/** Tells the engine when it is worth trying to reach the relay again, or not. */
import type { Net, PowerMonitor } from 'electron';
import { networkSignal, type NetworkFacts } from './network-signal.ts';

/** Asking costs a memory read; five seconds is how long nobody minds waiting after plugging a cable in. */
const POLL_INTERVAL_MS = 5_000;

export interface ConnectivityParts {
  readonly powerMonitor: PowerMonitor;
  readonly net: Net;
  readonly relayUrl: () => NetworkFacts['relayUrl'];
  readonly engine: { setNetwork(state: 'up' | 'down'): void; wake(): void };
}

/** Returns a function that ends it. */
export function watchConnectivity({ powerMonitor, net, relayUrl, engine }: ConnectivityParts): () => void {
  let last: 'up' | 'down' = 'up';
  const look = (): void => {
    const now = networkSignal({ isSystemOnline: net.isOnline(), relayUrl: relayUrl() });
    if (now === last) return;
    last = now;
    engine.setNetwork(now);
  };
  const woke = (): void => {
    look();
    engine.wake();
  };
  const timer = setInterval(look, POLL_INTERVAL_MS);
  powerMonitor.on('resume', woke);
  powerMonitor.on('unlock-screen', woke);
  return () => {
    clearInterval(timer);
    powerMonitor.off('resume', woke);
    powerMonitor.off('unlock-screen', woke);
  };
}

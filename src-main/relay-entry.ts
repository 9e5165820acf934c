/** The relay in Electron's utility process: started and stopped by messages, ends with the app. */
import { createServer } from 'node:net';
import { serializeError } from '../src-shared/errors.ts';
import { formatJoinLink } from '../src-shared/protocol/join-link.ts';
import { startRelay, type RunningRelay } from '../src-relay/relay.ts';
import type { FromRelay, ToRelay } from './shell/hosted-relay/messages.ts';

/** All of this computer's addresses: people nearby are meant to reach it. */
const ALL_ADDRESSES = '0.0.0.0';

type StartMessage = Extract<ToRelay, { type: 'start' }>;

let relay: RunningRelay | null = null;

process.parentPort.on('message', ({ data }: { data: ToRelay }) => {
  const work = data.type === 'start' ? start(data) : stop();
  work.catch((error: unknown) => {
    post({ type: 'failed', error: serializeError(error) });
  });
});

async function start({ dataDirectory, preferredPort, sharedHost }: StartMessage): Promise<void> {
  const running = await listen(dataDirectory, preferredPort);
  relay = running;
  const port = Number(new URL(running.url).port);
  const shared = sharedHost === null ? running.url : `http://${sharedHost}:${String(port)}`;
  post({
    type: 'running',
    port,
    url: running.url,
    joinLink: formatJoinLink({ relayUrl: shared, relayName: running.name }),
  });
}

/** On the preferred port, or on one that is free. */
async function listen(dataDirectory: string, preferredPort: number): Promise<RunningRelay> {
  const port = (await isFree(preferredPort)) ? preferredPort : 0;
  return startRelay({ dataDirectory, host: ALL_ADDRESSES, port });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen({ host: ALL_ADDRESSES, port }, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

async function stop(): Promise<void> {
  try {
    await relay?.close();
  } finally {
    process.exit(0);
  }
}

function post(message: FromRelay): void {
  process.parentPort.postMessage(message);
}

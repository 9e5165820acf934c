/** A relay process for benches: its rate limits raised, everything else as shipped. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startRelay } from '../../../src-relay/relay.ts';

export interface BenchRelay {
  readonly url: string;
  stop(): Promise<void>;
}

const SELF = fileURLToPath(import.meta.url);
const Ready = z.object({ url: z.string() });

/** Starts this file as its own process. Profile the relay with KITH_BENCH_RELAY_FLAGS="--cpu-prof". */
export async function spawnBenchRelay(dataDirectory: string): Promise<BenchRelay> {
  const flags = process.env['KITH_BENCH_RELAY_FLAGS']?.split(' ').filter(Boolean) ?? [];
  const child = fork(SELF, [dataDirectory], { execArgv: flags });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(Ready.parse(message).url);
    });
    child.once('exit', (code) => {
      reject(new Error(`the bench relay ended with ${String(code)}`));
    });
  });
  return {
    url,
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}

async function runRelay(dataDirectory: string): Promise<void> {
  const unlimited = 1e9;
  const relay = await startRelay({
    dataDirectory,
    port: 0,
    limits: {
      sendCopiesBurst: unlimited,
      sendCopiesPerSecond: unlimited,
      sendBytesBurst: unlimited,
      sendBytesPerSecond: unlimited,
      mailboxEnvelopes: unlimited,
      mailboxBytes: unlimited,
    },
  });
  process.send?.({ url: relay.url });
  process.once('disconnect', () => void relay.close());
}

if (import.meta.main) await runRelay(process.argv[2] ?? '');

/** `kith-relay` as its own process on a fixed port, so that it can be killed and come back. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../../src-relay/main.ts', import.meta.url));

export interface RelayProcess {
  readonly url: string;
  readonly port: number;
  readonly joinLink: string;
  readonly pid: number;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM, and wait. */
  stop(): Promise<void>;
}

/** `port` zero takes a free one. Rejects with what the relay wrote when it does not start. */
export async function startRelayProcess(
  dataFolder: string,
  port = 0,
  more: readonly string[] = [],
): Promise<RelayProcess> {
  const args = [
    ENTRY,
    '--json',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--data',
    dataFolder,
    ...more,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const listening = await firstLine(child);
  const { url, joinLink } = JSON.parse(listening) as { url: string; joinLink: string };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    url,
    joinLink,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-10_000);
    });
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('close', (code) => {
      reject(new Error(`the relay ended (${String(code)}): ${stderr}`));
    });
  });
}

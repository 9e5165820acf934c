/** Relays for tests, in this process or as their own, in folders that go away afterwards. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startRelay, type RelayOptions, type RunningRelay } from '../../../src-relay/relay.ts';

/** Undoes what a test set up, the last thing first. */
export class Cleanup {
  readonly #steps: (() => void | Promise<void>)[] = [];

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }

  /** An empty folder. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'kith-relay-'));
    this.add(() => {
      rmSync(path, { recursive: true, force: true });
    });
    return path;
  }

  /** A relay in this process, on any port of loopback. */
  async relay(
    options: Partial<RelayOptions> = {},
  ): Promise<RunningRelay & { readonly dataDirectory: string }> {
    const dataDirectory = options.dataDirectory ?? this.folder();
    const relay = await startRelay({ port: 0, ...options, dataDirectory });
    this.add(() => relay.close());
    return { ...relay, dataDirectory };
  }
}

const MAIN = fileURLToPath(new URL('../../../src-relay/main.ts', import.meta.url));

const Listening = z.object({
  event: z.literal('listening'),
  url: z.string(),
  joinLink: z.string(),
  name: z.string(),
  pid: z.number(),
});

export interface RelayExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface RelayProcess extends z.infer<typeof Listening> {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<RelayExit>;
}

/** Runs `kith-relay` with the arguments until it ends. */
export function runRelayCommand(args: readonly string[]): {
  readonly firstLine: Promise<string>;
  readonly exited: Promise<RelayExit>;
  readonly kill: (signal: NodeJS.Signals) => void;
} {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<RelayExit>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stderr });
    });
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void exited.then((exit) => {
      reject(new Error(`the relay ended with ${String(exit.code)}: ${exit.stderr}`));
    });
  });
  firstLine.catch(() => undefined);
  return {
    firstLine,
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** Starts a relay process and waits until it listens. */
export async function spawnRelay(dataDirectory: string, args: readonly string[] = []): Promise<RelayProcess> {
  const command = runRelayCommand(['--json', '--port', '0', '--data', dataDirectory, ...args]);
  const listening = Listening.parse(JSON.parse(await command.firstLine));
  return { ...listening, exited: command.exited, kill: command.kill };
}

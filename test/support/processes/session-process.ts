/** A `kith session` as its own process: operations in, events out, and kill -9 when a test wants it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type SessionEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export interface SessionOptions {
  readonly dataFolder: string;
  readonly relayUrl: string;
  readonly username: string;
  readonly passphrase?: string;
}

const ENTRY = fileURLToPath(new URL('../../../src-main/cli/kith.ts', import.meta.url));

interface Waiter {
  readonly matches: (event: SessionEvent) => boolean;
  readonly resolve: (event: SessionEvent) => void;
  readonly reject: (error: Error) => void;
}

export class SessionProcess {
  readonly events: SessionEvent[] = [];
  onEvent: (event: SessionEvent) => void = () => undefined;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiters = new Set<Waiter>();
  #stderr = '';
  #nextRef = 1;

  constructor(options: SessionOptions) {
    const args = [ENTRY, 'session', '--data', options.dataFolder];
    args.push('--relay', options.relayUrl, '--register', options.username);
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, KITH_PASSPHRASE: options.passphrase ?? 'correct horse' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-10_000);
    });
    // A killed process takes its end of the pipe with it.
    this.#child.stdin.on('error', () => undefined);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#take(JSON.parse(line) as SessionEvent);
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        for (const waiter of this.#waiters) waiter.reject(this.#ended(code));
        this.#waiters.clear();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  operate(operation: Readonly<Record<string, unknown>>): void {
    this.#child.stdin.write(`${JSON.stringify(operation)}\n`);
  }

  writeRaw(line: string | Uint8Array): void {
    this.#child.stdin.write(line);
  }

  /** The first event, past or to come, that matches. Rejects when the process ends before. */
  waitFor(matches: (event: SessionEvent) => boolean): Promise<SessionEvent> {
    const seen = this.events.find(matches);
    return seen === undefined ? this.next(matches) : Promise.resolve(seen);
  }

  /** The next event that matches. */
  next(matches: (event: SessionEvent) => boolean): Promise<SessionEvent> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ matches, resolve, reject });
    });
  }

  /** Performs an operation and waits for the event that answers it. */
  ask(operation: Readonly<Record<string, unknown>>): Promise<SessionEvent> {
    const ref = `ask-${String(this.#nextRef++)}`;
    const answer = this.next((event) => event['ref'] === ref);
    this.operate({ ...operation, ref });
    return answer;
  }

  ready(): Promise<SessionEvent> {
    return this.waitFor((event) => event.event === 'ready');
  }

  async quit(): Promise<void> {
    this.operate({ op: 'quit' });
    await this.exited;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #ended(code: number | null): Error {
    const last = this.events.slice(-3).map((event) => JSON.stringify(event));
    return new Error(`the session ended (${String(code)}): ${last.join(' ')} ${this.#stderr}`);
  }

  #take(event: SessionEvent): void {
    this.events.push(event);
    this.onEvent(event);
    for (const waiter of this.#waiters) {
      if (!waiter.matches(event)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(event);
    }
  }
}

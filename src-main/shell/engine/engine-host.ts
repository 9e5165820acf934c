/** The engine's worker thread, seen from the main process: requests in, answers and events out. */
import { Worker } from 'node:worker_threads';
import type { Answer } from '../../../src-shared/contract/bridge.ts';
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type {
  EngineRequestName,
  RequestParams,
  RequestResult,
} from '../../../src-shared/contract/requests.ts';
import { systemTimers } from '../../../src-shared/clock.ts';
import { deserializeError, KithError, serializeError } from '../../../src-shared/errors.ts';
import { errorFields, type Logger } from '../../engine/log.ts';
import type { FromWorker, ToWorker, WorkerOptions } from '../../engine/worker-protocol.ts';

/** Time for the engine to reach a safe point at the end. What is not durable by then was never shown as sent. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface EngineHostOptions {
  /** The built worker module. */
  readonly workerUrl: URL;
  readonly dataFolder: string;
  readonly log: Logger;
  readonly onEvent: (event: EngineEvent) => void;
  /** The worker ended without having been asked to. It is not started again. */
  readonly onDied: (error: KithError) => void;
}

export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #worker: Worker;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  #opening: PromiseWithResolvers<void> | null = null;
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();
  #state: 'running' | 'closing' | 'ended' = 'running';

  constructor(options: EngineHostOptions) {
    this.#options = options;
    const workerData: WorkerOptions = { dataFolder: options.dataFolder };
    this.#worker = new Worker(options.workerUrl, { workerData, name: 'engine' });
    this.#worker.on('message', (message: FromWorker) => {
      this.#receive(message);
    });
    this.#worker.on('error', (error) => {
      options.log.error('engine.crashed', errorFields(error));
    });
    this.#worker.once('exit', (code) => {
      this.#exited(code);
    });
  }

  /** False once the thread has ended; then only a new process helps. */
  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Opens the store. The key is wiped here. Throws what the engine says, such as `store-corrupt`. */
  async open(key: Uint8Array): Promise<void> {
    this.#requireRunning();
    this.#opening = Promise.withResolvers();
    // A copy of its own: what Node gave out may share memory with other things.
    const moved = Uint8Array.from(key);
    key.fill(0);
    this.#post({ type: 'open', key: moved }, [moved.buffer]);
    await this.#opening.promise;
  }

  /** An answer always comes, also when the worker dies. */
  request(name: EngineRequestName, params: unknown): Promise<Answer> {
    if (this.#state !== 'running') return Promise.resolve(refusal(GONE));
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#pending.set(id, resolve);
    this.#post({ type: 'request', id, name, params });
    return promise;
  }

  /** For the shell's own questions: throws instead of answering with an error. */
  async ask<Name extends EngineRequestName>(
    name: Name,
    params: RequestParams<Name>,
  ): Promise<RequestResult<Name>> {
    const answer = await this.request(name, params);
    if (!answer.ok) throw deserializeError(answer.error);
    // The contract fixes the result by the name; the worker is compiled against the same table.
    return answer.value as RequestResult<Name>;
  }

  setNetwork(state: 'up' | 'down'): void {
    if (this.#state === 'running') this.#post({ type: 'network', state });
  }

  wake(): void {
    if (this.#state === 'running') this.#post({ type: 'wake' });
  }

  /** Ends the engine at a safe point; after five seconds at any. */
  async close(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'closing';
      this.#post({ type: 'close' });
    }
    const cancelTimeout = systemTimers.after(CLOSE_TIMEOUT_MS, () => {
      this.#options.log.error('engine.close-timed-out');
      void this.#worker.terminate();
    });
    await this.#ended.promise;
    cancelTimeout();
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'opened':
        this.#opening?.resolve();
        return;
      case 'open-failed':
        this.#opening?.reject(deserializeError(message.error));
        return;
      case 'answer':
        this.#pending.get(message.id)?.(message.answer);
        this.#pending.delete(message.id);
        return;
      case 'event':
        this.#options.onEvent(message.event);
        return;
      case 'log':
        this.#options.log[message.level](message.event, message.fields);
        return;
      case 'closed':
        // The port is closed now, and the thread ends by itself; it may be kept alive by a native handle.
        void this.#worker.terminate();
        return;
    }
  }

  #exited(code: number): void {
    const wasAsked = this.#state === 'closing';
    this.#state = 'ended';
    const error = wasAsked ? GONE : DIED;
    this.#opening?.reject(error);
    for (const answer of this.#pending.values()) answer(refusal(error));
    this.#pending.clear();
    this.#options.log.info('engine.ended', { code, wasAsked });
    this.#ended.resolve();
    if (!wasAsked) this.#options.onDied(DIED);
  }

  #requireRunning(): void {
    if (this.#state !== 'running') throw GONE;
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }
}

function refusal(error: KithError): Answer {
  return { ok: false, error: serializeError(error) };
}

const GONE = new KithError('shutting-down', 'Kith is closing.');
const DIED = new KithError(
  'internal',
  'The part of Kith that keeps your messages stopped. Nothing that was sent or received is lost. Start Kith again.',
);

/** Asks the relay for a sign of life at the pace it told, and measures how long that takes. */
import { create } from '@bufbuild/protobuf';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import type { RelaySocket } from './relay-socket.ts';

/** A relay that says nothing gets this pace. */
const DEFAULT_INTERVAL_MS = 45_000;
/** Neither a relay that asks for a storm nor one that asks for silence gets it. */
const MIN_INTERVAL_MS = 1_000;
const MAX_INTERVAL_MS = 10 * 60_000;
/** After sleep or a change of network: an open socket that does not answer in this time is dead. */
const PROBE_TIMEOUT_MS = 5_000;

export class Heartbeat {
  readonly #context: EngineContext;
  readonly #socket: RelaySocket;
  readonly #onLatency: (latencyMs: number) => void;
  readonly #intervalMs: number;
  #cancel: () => void = () => undefined;
  #isStopped = false;

  constructor(
    context: EngineContext,
    socket: RelaySocket,
    hello: relay.Hello,
    onLatency: (latencyMs: number) => void,
  ) {
    this.#context = context;
    this.#socket = socket;
    this.#onLatency = onLatency;
    const askedMs = hello.heartbeatIntervalMs === 0 ? DEFAULT_INTERVAL_MS : hello.heartbeatIntervalMs;
    this.#intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, askedMs));
    // One beat at once, for the latency; then from a random offset, so that devices do not beat as one.
    this.#beat();
    this.#schedule(context.ids.random(0, this.#intervalMs));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Finds out now whether the connection still works, and ends it when it does not. */
  beatNow(): void {
    const cancelTimeout = this.#context.timers.after(PROBE_TIMEOUT_MS, () => {
      this.#socket.abort();
    });
    this.#ask().then(cancelTimeout, cancelTimeout);
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#context.timers.after(delayMs, () => {
      this.#beat();
      this.#schedule(this.#intervalMs);
    });
  }

  #beat(): void {
    // A beat that fails ends the socket by its own timeout: nothing is left to do here.
    this.#ask().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    const startedMs = this.#context.clock.monotonic();
    const pong = await this.#socket.request({ case: 'ping', value: create(relay.PingSchema) }, 'pong');
    if (this.#isStopped) return;
    this.#context.relayClock.hear(Number(pong.relayTimeMs));
    this.#onLatency(Math.round(this.#context.clock.monotonic() - startedMs));
  }
}

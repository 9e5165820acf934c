import type { WebSocket } from 'ws';
import type { Timers } from '../../src-shared/clock.ts';
import type { RelayLimits } from '../limits.ts';

export interface OutboundOptions {
  readonly limits: RelayLimits;
  readonly timers: Timers;
  /** The peer takes less than it is sent. */
  readonly onCongested: () => void;
  readonly onWritable: () => void;
  /** Congested for longer than the limit allows. */
  readonly onStuck: () => void;
}

/** What leaves on one socket, and how far the peer is behind in taking it. */
export class Outbound {
  readonly #socket: WebSocket;
  readonly #options: OutboundOptions;
  #cancelStuck: (() => void) | undefined;

  constructor(socket: WebSocket, options: OutboundOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  get isCongested(): boolean {
    return this.#cancelStuck !== undefined;
  }

  /** Handed to the socket and not yet taken by the system. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame, this.#onTaken);
    this.#measure();
  }

  /** Answers a WebSocket ping. Counts like any frame: a peer that pings and never reads is stuck as well. */
  pong(payload: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.pong(payload, false, this.#onTaken);
    this.#measure();
  }

  stop(): void {
    this.#cancelStuck?.();
  }

  #measure(): void {
    if (!this.isCongested && this.bufferedBytes > this.#options.limits.outboundHighWaterBytes) {
      const { timers, limits, onStuck, onCongested } = this.#options;
      this.#cancelStuck = timers.after(limits.slowConsumerMs, onStuck);
      onCongested();
    }
  }

  /** One function for all frames. An error needs no handling here: the socket closes after it. */
  readonly #onTaken = (): void => {
    if (!this.isCongested || this.bufferedBytes > this.#options.limits.outboundLowWaterBytes) return;
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
    this.#options.onWritable();
  };
}

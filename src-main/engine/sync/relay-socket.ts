/** One WebSocket to a relay: frames out, answers matched to requests, pushes passed on. */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import WebSocket from 'ws';
import type { Timers } from '../../../src-shared/clock.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { fromRelayError } from './relay-errors.ts';

export type ClientBody = NonNullable<MessageInitShape<typeof relay.ClientFrameSchema>['body']>;
export type ServerBody = relay.ServerFrame['body'];
type ServerCase = NonNullable<ServerBody['case']>;
export type ServerValue<Case extends ServerCase> = Extract<ServerBody, { case: Case }>['value'];

/** TCP, TLS and upgrade together. */
const CONNECT_TIMEOUT_MS = 15_000;
/** All of that, and the relay's greeting: a socket that opens and then says nothing is no relay. */
const GREETING_TIMEOUT_MS = 20_000;
/** An answer that takes longer means that the connection is not what it seems. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The relay's frames are not larger than ours, plus the headers of a full delivery. */
const MAX_INCOMING_BYTES = 1024 * 1024;

interface Pending {
  readonly resolve: (body: ServerBody) => void;
  readonly reject: (error: KithError) => void;
  readonly cancelTimeout: () => void;
}

export interface SocketHandlers {
  readonly onPush: (body: ServerBody) => void;
  /** Once, however the connection ended. */
  readonly onClose: (code: number) => void;
}

export class RelaySocket {
  readonly #socket: WebSocket;
  readonly #timers: Timers;
  readonly #handlers: SocketHandlers;
  readonly #pending = new Map<number, Pending>();
  readonly #cancelGreetingTimeout: () => void;
  #nextRequestId = 1;
  #isClosed = false;

  constructor(url: string, timers: Timers, handlers: SocketHandlers) {
    this.#timers = timers;
    this.#handlers = handlers;
    this.#socket = new WebSocket(url, {
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: MAX_INCOMING_BYTES,
      perMessageDeflate: false,
    });
    this.#cancelGreetingTimeout = timers.after(GREETING_TIMEOUT_MS, () => {
      this.abort();
    });
    this.#socket.binaryType = 'nodebuffer';
    this.#socket.on('message', (data, isBinary) => {
      if (isBinary && Buffer.isBuffer(data)) this.#receive(data);
      else this.abort();
    });
    this.#socket.on('close', (code) => {
      this.#closed(code);
    });
    // 'close' follows every error and says the same.
    this.#socket.on('error', () => undefined);
  }

  /** Sends a request; resolves with the answer of the expected kind, rejects with a `KithError`. */
  async request<Case extends ServerCase>(body: ClientBody, expected: Case): Promise<ServerValue<Case>> {
    const requestId = this.#nextRequestId++;
    const answer = await new Promise<ServerBody>((resolve, reject) => {
      if (!this.#isOpen) {
        reject(new KithError('offline', 'There is no connection to the relay.'));
        return;
      }
      const cancelTimeout = this.#timers.after(REQUEST_TIMEOUT_MS, () => {
        this.abort();
      });
      this.#pending.set(requestId, { resolve, reject, cancelTimeout });
      this.#write(requestId, body);
    });
    if (answer.case === 'error') throw fromRelayError(answer.value);
    if (answer.case !== expected)
      throw new KithError('protocol', 'The relay answered something else than was asked.');
    return answer.value as ServerValue<Case>;
  }

  /** Sends a frame that has no answer. Dropped when the connection is gone. */
  notify(body: ClientBody): void {
    if (this.#isOpen) this.#write(0, body);
  }

  /** Ends the connection at once; `onClose` follows. */
  abort(): void {
    this.#socket.terminate();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #write(requestId: number, body: ClientBody): void {
    const frame = create(relay.ClientFrameSchema, { requestId, body });
    this.#socket.send(toBinary(relay.ClientFrameSchema, frame));
  }

  #receive(data: Buffer): void {
    this.#cancelGreetingTimeout();
    let frame: relay.ServerFrame;
    try {
      frame = fromBinary(relay.ServerFrameSchema, data);
    } catch {
      // What comes from the relay is not trusted: a frame that does not parse ends this connection.
      this.abort();
      return;
    }
    if (frame.requestId === 0) {
      this.#handlers.onPush(frame.body);
      return;
    }
    const pending = this.#pending.get(frame.requestId);
    this.#pending.delete(frame.requestId);
    pending?.cancelTimeout();
    pending?.resolve(frame.body);
  }

  #closed(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelGreetingTimeout();
    for (const pending of this.#pending.values()) {
      pending.cancelTimeout();
      pending.reject(new KithError('offline', 'The connection to the relay was lost.'));
    }
    this.#pending.clear();
    this.#handlers.onClose(code);
  }
}

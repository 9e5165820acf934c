import { randomBytes } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { relay } from '../../src-shared/protocol/frames.ts';
import { CLOSE } from '../../src-shared/protocol/limits.ts';
import type { Challenge } from '../services/accounts/service.ts';
import { badFrame, ErrorCode, Refusal } from '../services/refusal.ts';
import { storageRefusal } from '../services/storage-refusal.ts';
import { authenticate, register } from './authentication.ts';
import type { GatewayContext } from './context.ts';
import { DeviceSession } from './device-session.ts';
import {
  authenticated,
  decodeFrame,
  encodeFrame,
  error as errorBody,
  hello,
  pong,
  PUSH,
  requireRequestId,
  type ServerBody,
} from './frames.ts';
import { Heartbeat } from './heartbeat.ts';
import { Inbox } from './inbox.ts';
import { Outbound } from './outbound.ts';
import { Refusals, type Close } from './refusals.ts';
import type { Peer } from './registry.ts';

const NONCE_BYTES = 32;

type Phase =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'authenticated'; readonly device: DeviceSession }
  | { readonly kind: 'closed' };

/** One device's socket, from Hello to close. Frames are handled one after the other, in their order. */
export class Connection implements Peer {
  readonly #socket: WebSocket;
  readonly #context: GatewayContext;
  readonly #challenge: Challenge;
  readonly #outbound: Outbound;
  readonly #inbox: Inbox<Uint8Array | 'text'>;
  readonly #heartbeat: Heartbeat;
  readonly #refusals: Refusals;
  readonly #cancelAuthentication: () => void;
  readonly #paused = new Set<'inbox' | 'outbound'>();
  #phase: Phase = { kind: 'anonymous' };

  constructor(socket: WebSocket, rateLimitedAddress: string | undefined, context: GatewayContext) {
    const { limits, timers, clock } = context;
    this.#socket = socket;
    this.#context = context;
    this.#challenge = { nonce: randomBytes(NONCE_BYTES), rateLimitedAddress };
    this.#refusals = new Refusals(limits);
    this.#outbound = new Outbound(socket, {
      limits,
      timers,
      onCongested: () => {
        this.#pause('outbound');
      },
      onWritable: () => {
        this.#unpause('outbound');
        this.wake();
      },
      onStuck: () => {
        this.close(CLOSE.slowConsumer);
      },
    });
    this.#inbox = new Inbox({
      handle: (data) => this.#handle(data),
      maxItems: limits.inboxFrames,
      onFull: () => {
        this.#pause('inbox');
      },
      onEmptied: () => {
        this.#unpause('inbox');
      },
    });
    this.#heartbeat = new Heartbeat({
      timeoutMs: limits.heartbeatTimeoutMs,
      clock,
      timers,
      onSilent: () => {
        this.close(CLOSE.heartbeatTimeout);
      },
    });
    this.#cancelAuthentication = timers.after(limits.authenticationTimeoutMs, () => {
      this.close(CLOSE.authenticationTimeout);
    });
    this.#listen();
    const { nonce } = this.#challenge;
    this.#push(hello({ relayName: context.relayName, nonce, relayTimeMs: clock.now(), limits }));
  }

  wake(): void {
    if (this.#phase.kind === 'authenticated') this.#phase.device.wake();
  }

  offerEphemeral(frame: Uint8Array): void {
    if (this.#outbound.bufferedBytes <= this.#context.limits.ephemeralDropBytes) this.#outbound.send(frame);
  }

  supersede(): void {
    this.close(CLOSE.superseded);
  }

  /** Ends the connection. Frames that were sent before still arrive; nothing more is handled. */
  close({ code }: Close): void {
    if (this.#phase.kind === 'closed') return;
    this.#end();
    this.#socket.close(code);
    // A paused socket would not see the answer to the close.
    this.#socket.resume();
  }

  #listen(): void {
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#heartbeat.seen();
      this.#inbox.push(isBinary ? frameBytes(data) : 'text');
    });
    this.#socket.on('ping', (payload: Buffer) => {
      this.#heartbeat.seen();
      this.#outbound.pong(payload);
    });
    this.#socket.on('pong', () => {
      this.#heartbeat.seen();
    });
    this.#socket.on('close', () => {
      this.#end();
    });
    // Oversized frames, broken framing, resets: ws closes the socket with the fitting code.
    this.#socket.on('error', (error: Error) => {
      this.#context.log.debug({ error: error.message }, 'socket error');
    });
  }

  #end(): void {
    const phase = this.#phase;
    if (phase.kind === 'closed') return;
    this.#phase = { kind: 'closed' };
    this.#cancelAuthentication();
    this.#heartbeat.stop();
    this.#inbox.stop();
    this.#outbound.stop();
    if (phase.kind === 'authenticated') {
      phase.device.stop();
      this.#context.registry.leave(phase.device.session.address, this);
    }
  }

  #pause(reason: 'inbox' | 'outbound'): void {
    this.#paused.add(reason);
    this.#socket.pause();
  }

  #unpause(reason: 'inbox' | 'outbound'): void {
    this.#paused.delete(reason);
    if (this.#paused.size === 0) this.#socket.resume();
  }

  #push(body: ServerBody): void {
    this.#answer(PUSH, body);
  }

  #answer(requestId: number, body: ServerBody): void {
    this.#outbound.send(encodeFrame(requestId, body));
  }

  /** Never throws or rejects. A returned promise holds back the frames that follow. */
  #handle(data: Uint8Array | 'text'): Promise<void> | undefined {
    let requestId = PUSH;
    try {
      if (data === 'text') throw badFrame('Frames are binary; this one is text.');
      const frame = decodeFrame(data);
      requestId = frame.requestId;
      return this.#dispatch(frame, data.length)?.catch((reason: unknown) => {
        this.#refuse(frame.requestId, reason);
      });
    } catch (reason) {
      this.#refuse(requestId, reason);
      return undefined;
    }
  }

  #dispatch({ requestId, body }: relay.ClientFrame, frameBytes: number): Promise<void> | undefined {
    if (body.case === undefined) throw badFrame('The frame has no body, or one this relay does not know.');
    if (body.case === 'ping') {
      this.#answer(requestId, pong(this.#context.clock.now()));
      return undefined;
    }
    const phase = this.#phase;
    if (body.case === 'register' || body.case === 'authenticate') {
      requireRequestId(requestId);
      if (phase.kind === 'authenticated') {
        throw new Refusal(ErrorCode.ALREADY_AUTHENTICATED, 'This connection is authenticated.');
      }
      return this.#authenticate(requestId, body);
    }
    if (phase.kind !== 'authenticated') {
      throw new Refusal(ErrorCode.UNAUTHENTICATED, 'Register or Authenticate comes first.');
    }
    return phase.device.handle(requestId, body, frameBytes);
  }

  async #authenticate(
    requestId: number,
    body: Extract<relay.ClientFrame['body'], { case: 'register' | 'authenticate' }>,
  ): Promise<void> {
    const { accounts, mail, limits, clock, registry } = this.#context;
    const session =
      body.case === 'register'
        ? await register(body.value, this.#challenge, accounts, limits)
        : await authenticate(body.value, this.#challenge, accounts);
    // Whoever else is connected as this device has the keys of an installation that is gone, and must
    // not go on even when this connection ends before it can take the place.
    if (session.registered === 'reinstall')
      registry.find(session.address.accountId, session.address.deviceId)?.supersede();
    const { lastAcceptedOrder } = await mail.summary(session.address);
    if (this.#phase.kind !== 'anonymous') return;
    this.#cancelAuthentication();
    const device = new DeviceSession({
      session,
      context: this.#context,
      outbound: this.#outbound,
      refuse: (failedId, reason) => {
        this.#refuse(failedId, reason);
      },
      onDeliveryFailed: (reason) => {
        this.#deliveryFailed(reason);
      },
    });
    this.#phase = { kind: 'authenticated', device };
    this.#answer(requestId, authenticated(session, lastAcceptedOrder, clock.now()));
    registry.enter(session.address, this);
  }

  #deliveryFailed(reason: unknown): void {
    this.#context.onFailure(reason);
    // The device comes back for its mail.
    this.close(CLOSE.goingAway);
  }

  #refuse(requestId: number, reason: unknown): void {
    if (this.#phase.kind === 'closed') return;
    const refusal = reason instanceof Refusal ? reason : this.#internal(reason);
    this.#answer(requestId, errorBody(refusal));
    const close = this.#refusals.count(refusal, this.#phase.kind === 'anonymous' ? 'stranger' : 'device');
    if (close !== undefined) this.close(close);
  }

  #internal(reason: unknown): Refusal {
    const { onFailure, limits } = this.#context;
    onFailure(reason);
    return storageRefusal(reason, limits);
  }
}

/** Bytes of a message as ws hands it over: with its default binary type, one Buffer. */
function frameBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/**
 * Keeps this device connected to its relay: connect, prove who we are, resume the mailbox, keep the
 * heart beating, and come back after a break. What the mail means is not its business.
 */
import { create } from '@bufbuild/protobuf';
import type { ConnectionView } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { socketUrl } from '../../../src-shared/protocol/join-link.ts';
import { CLOSE, mayReconnectAfter } from '../../../src-shared/protocol/limits.ts';
import type { Account } from '../account/repository.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import { backoffDelayMs, HEALTHY_AFTER_MS, RECONNECT_BASE_MS, RECONNECT_CAP_MS } from './backoff.ts';
import {
  authenticate,
  checkHello,
  checkSession,
  recordSession,
  register,
  requirePresent,
} from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import type { RelayApi } from './relay-api.ts';
import { requestApi } from './request-api.ts';
import { roomApi, type SignedLine } from './room-api.ts';
import { RelaySocket, type ServerBody } from './relay-socket.ts';

export interface ConnectionHandlers {
  readonly onEnvelopes: (envelopes: readonly relay.Envelope[]) => void;
  readonly onEphemeral: (envelope: relay.Envelope) => void;
  /** Authenticated and resumed; `session` is what the relay said about this account. */
  readonly onOnline: (session: relay.Authenticated) => void;
  readonly onOffline: () => void;
  readonly onChange: (view: ConnectionView) => void;
}

/** Envelopes on their way at once: enough to keep the decrypting busy, little enough to hold in memory. */
const CREDIT = 500;

/** Reasons after which trying again by itself is pointless. */
const FINAL: ReadonlySet<string> = new Set([
  'relay-changed',
  'relay-refused',
  'protocol',
  'username-taken',
  'registration-closed',
  'username-invalid',
]);

/** The relay has lost this account or this device, never had it, or knows another installation of it. */
const UNKNOWN_HERE: ReadonlySet<string> = new Set(['username-unknown', 'device-unknown']);

type Mode = 'authenticate' | 'register';

/** How far a connection has come: each thing the relay may say has its time. */
type Phase = 'greeting' | 'handshake' | 'mail';

export class RelayConnection {
  readonly #context: EngineContext;
  readonly #handlers: ConnectionHandlers;
  #view: ConnectionView = OFFLINE;
  #socket: RelaySocket | null = null;
  #hello: relay.Hello | null = null;
  #heartbeat: Heartbeat | null = null;
  #network: 'up' | 'down' = 'up';
  #isStarted = false;
  #mode: Mode = 'authenticate';
  #phase: Phase = 'greeting';
  #failures = 0;
  #onlineSinceMs: number | null = null;
  #cancelRetry: (() => void) | null = null;
  #lastError: KithError | null = null;
  /** Waits for the outcome of a first registration. */
  #registration: PromiseWithResolvers<void> | null = null;
  readonly #waitingForOnline = new Set<PromiseWithResolvers<void>>();

  constructor(context: EngineContext, handlers: ConnectionHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  get view(): ConnectionView {
    return this.#view;
  }

  get isOnline(): boolean {
    return this.#view.state === 'online';
  }

  /** Connects and stays connected from now on. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#connect();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancelRetry?.();
    this.#registration?.reject(new KithError('cancelled', 'The registration was given up for another.'));
    this.#registration = null;
    const socket = this.#socket;
    if (socket === null) return;
    this.#closed(NORMAL_CLOSURE);
    socket.abort();
  }

  /** Ends the connection that is, because of what came over it; another one follows. */
  drop(): void {
    this.#socket?.abort();
  }

  /** One attempt to register the pending account, instead of any other; stays connected when it succeeds. */
  async register(): Promise<void> {
    this.stop();
    this.#mode = 'register';
    const registration: PromiseWithResolvers<void> = Promise.withResolvers();
    this.#registration = registration;
    this.start();
    await registration.promise;
  }

  /** What the operating system says about the network. */
  setNetwork(state: 'up' | 'down'): void {
    if (state === this.#network) return;
    this.#network = state;
    if (state === 'up') this.#reconnectNow();
    else if (this.#socket === null) this.#waitForNetwork();
    // A socket that is still open may well work: the heartbeat finds out.
    else this.#heartbeat?.beatNow();
  }

  /** After sleep nothing that was open can be trusted, and nobody wants to wait for the backoff. */
  wake(): void {
    if (this.#socket === null) this.#reconnectNow();
    else this.#heartbeat?.beatNow();
  }

  /** A person asks; then also a relay that refused this device gets another chance. */
  retryNow(): void {
    if (this.#view.state === 'refused' && this.#context.account?.state === 'registered')
      this.#isStarted = true;
    this.#reconnectNow();
  }

  #reconnectNow(): void {
    if (!this.#isStarted || this.#socket !== null) return;
    this.#failures = 0;
    this.#connect();
  }

  /** Resolves once the relay is reached; throws `offline` when that takes too long or cannot happen. */
  async whenOnline(timeoutMs: number): Promise<void> {
    if (this.isOnline) return;
    const online: PromiseWithResolvers<void> = Promise.withResolvers();
    this.#waitingForOnline.add(online);
    const cancelTimeout = this.#context.timers.after(timeoutMs, () => {
      online.reject(new KithError('offline', 'There is no connection to the relay.'));
    });
    try {
      if (!this.#isStarted) throw new KithError('offline', 'There is no connection to the relay.');
      await online.promise;
    } finally {
      cancelTimeout();
      this.#waitingForOnline.delete(online);
    }
  }

  readonly api: RelayApi = {
    ...requestApi(() => this.#require()),
    ...roomApi(() => this.#signedLine()),
    sendEphemeral: (envelope) => {
      const value = create(relay.SendEphemeralSchema, { envelope });
      if (this.isOnline) this.#socket?.notify({ case: 'sendEphemeral', value });
    },
    acknowledge: (seq) => {
      const value = create(relay.AcknowledgeSchema, { upToSeq: BigInt(seq) });
      this.#socket?.notify({ case: 'acknowledge', value });
    },
  };

  #signedLine(): SignedLine {
    const socket = this.#require();
    if (this.#hello === null) throw new KithError('offline', 'There is no connection to the relay.');
    return { socket, relayName: this.#hello.relayName, nonce: this.#hello.nonce };
  }

  #require(): RelaySocket {
    if (this.#socket === null || !this.isOnline) {
      throw new KithError('offline', 'There is no connection to the relay.');
    }
    return this.#socket;
  }

  #connect(): void {
    const account = this.#context.account;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    if (account === null || this.#socket !== null) return;
    this.#show({ ...OFFLINE, state: 'connecting', relayUrl: account.relayUrl });
    this.#lastError = null;
    this.#phase = 'greeting';
    const socket = new RelaySocket(socketUrl(account.relayUrl), this.#context.timers, {
      onPush: (body) => {
        if (socket === this.#socket) this.#pushed(socket, account, body);
      },
      onClose: (code) => {
        if (socket === this.#socket) this.#closed(code);
      },
    });
    this.#socket = socket;
  }

  #pushed(socket: RelaySocket, account: Account, body: ServerBody): void {
    switch (body.case) {
      case 'hello':
        if (!this.#isTimeFor(body, 'greeting')) return;
        this.#phase = 'handshake';
        this.#hello = body.value;
        this.#handshake(socket, account, body.value).catch((error: unknown) => {
          this.#fail(socket, error);
        });
        return;
      case 'deliver':
        if (!this.#isTimeFor(body, 'mail')) return;
        this.#countIncoming(body.value.envelopes.length);
        this.#handlers.onEnvelopes(body.value.envelopes);
        return;
      case 'deliverEphemeral':
        if (!this.#isTimeFor(body, 'mail')) return;
        if (body.value.envelope !== undefined) this.#handlers.onEphemeral(body.value.envelope);
        return;
      case 'mailboxDrained':
        this.#show({ ...this.#view, catchingUp: null });
        return;
      default:
        this.#context.log.warn('relay.unknown-push');
    }
  }

  /** Mail before anybody asked for it, or a second greeting, is no relay's: that ends the connection. */
  #isTimeFor(body: ServerBody, phase: Phase): boolean {
    if (this.#phase === phase) return true;
    this.#context.log.warn('relay.out-of-turn', { push: body.case ?? '', phase: this.#phase });
    this.drop();
    return false;
  }

  async #handshake(socket: RelaySocket, account: Account, hello: relay.Hello): Promise<void> {
    checkHello(hello, account);
    const session =
      this.#mode === 'register'
        ? await register(this.#context, socket, hello, account)
        : await authenticate(socket, hello, account);
    checkSession(session, account);
    requirePresent(session, account);
    recordSession(this.#context, hello, session);
    const resume = create(relay.ResumeSchema, {
      afterSeq: BigInt(this.#context.store.account.mailboxSeq()),
      credit: CREDIT,
    });
    this.#phase = 'mail';
    const { pending } = await socket.request({ case: 'resume', value: resume }, 'resumed');
    if (socket !== this.#socket) return;
    this.#online(socket, session, hello, pending);
  }

  #online(socket: RelaySocket, session: relay.Authenticated, hello: relay.Hello, pending: number): void {
    this.#mode = 'authenticate';
    this.#onlineSinceMs = this.#context.clock.monotonic();
    this.#heartbeat = new Heartbeat(this.#context, socket, hello, (latencyMs) => {
      this.#show({ ...this.#view, latencyMs });
    });
    this.#show({
      state: 'online',
      relayUrl: this.#view.relayUrl,
      latencyMs: null,
      retryAtMs: null,
      reason: null,
      catchingUp: pending === 0 ? null : { received: 0, total: pending },
    });
    this.#handlers.onOnline(session);
    this.#registration?.resolve();
    this.#registration = null;
    for (const waiting of this.#waitingForOnline) waiting.resolve();
  }

  #countIncoming(count: number): void {
    const { catchingUp } = this.#view;
    if (catchingUp === null) return;
    const received = Math.min(catchingUp.received + count, catchingUp.total);
    this.#show({ ...this.#view, catchingUp: { ...catchingUp, received } });
  }

  /** The handshake did not work out; `#closed` decides what follows. */
  #fail(socket: RelaySocket, error: unknown): void {
    this.#context.log.warn('relay.handshake-failed', errorFields(error));
    if (socket !== this.#socket) return;
    this.#lastError ??=
      error instanceof KithError
        ? error
        : new KithError('internal', 'The handshake failed.', { cause: error });
    socket.abort();
  }

  #closed(code: number): void {
    const wasOnline = this.isOnline;
    // Mail may come right behind the answer that makes a connection count as online.
    const hadMail = this.#phase === 'mail';
    this.#phase = 'greeting';
    this.#context.relayClock.disconnected();
    this.#socket = null;
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    this.#context.log.info('relay.closed', { code, wasOnline });
    const error = this.#lastError ?? new KithError('relay-unreachable', 'The relay cannot be reached.');
    // The relay does not have this account as it is here: offer its keys and name (again).
    const isUnknown = this.#mode === 'authenticate' && UNKNOWN_HERE.has(error.code);
    if (isUnknown) this.#mode = 'register';
    if (hadMail) this.#handlers.onOffline();
    if (!this.#isStarted) this.#show({ ...OFFLINE, relayUrl: this.#view.relayUrl });
    else if (this.#registration !== null) this.#refuse(error);
    else if (isUnknown) this.#connect();
    else if (FINAL.has(error.code) || !mayReconnectAfter(code))
      this.#refuse(this.#lastError ?? refusal(code));
    else this.#retryLater(error);
  }

  #refuse(error: KithError): void {
    this.#isStarted = false;
    this.#show({ ...OFFLINE, state: 'refused', relayUrl: this.#view.relayUrl, reason: error.code });
    this.#registration?.reject(error);
    this.#registration = null;
  }

  #retryLater(error: KithError): void {
    const heldMs = this.#onlineSinceMs === null ? 0 : this.#context.clock.monotonic() - this.#onlineSinceMs;
    this.#onlineSinceMs = null;
    this.#failures = heldMs >= HEALTHY_AFTER_MS ? 1 : this.#failures + 1;
    if (this.#network === 'down') {
      this.#waitForNetwork();
      return;
    }
    const delayMs = backoffDelayMs(this.#failures, RECONNECT, (min, max) =>
      this.#context.ids.random(min, max),
    );
    this.#show({
      ...OFFLINE,
      state: 'waiting',
      relayUrl: this.#view.relayUrl,
      retryAtMs: this.#context.clock.now() + delayMs,
      // Who loses the connection while talking hears that there is none: that is the relay's doing as well.
      reason: error.code === 'offline' ? 'relay-unreachable' : error.code,
    });
    this.#cancelRetry = this.#context.timers.after(delayMs, () => {
      this.#connect();
    });
  }

  #waitForNetwork(): void {
    this.#cancelRetry?.();
    this.#show({ ...OFFLINE, relayUrl: this.#view.relayUrl, reason: 'offline' });
  }

  #show(view: ConnectionView): void {
    this.#view = view;
    this.#handlers.onChange(view);
  }
}

/** RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const RECONNECT = { baseMs: RECONNECT_BASE_MS, capMs: RECONNECT_CAP_MS };

/** Why a relay that said nothing else closed for good. */
function refusal(closeCode: number): KithError {
  return closeCode === CLOSE.superseded.code
    ? new KithError('superseded', 'This account is in use somewhere else with the same data. Close it there.')
    : new KithError('relay-refused', 'The relay does not let this device in.');
}

const OFFLINE: ConnectionView = {
  state: 'offline',
  relayUrl: null,
  latencyMs: null,
  retryAtMs: null,
  reason: null,
  catchingUp: null,
};

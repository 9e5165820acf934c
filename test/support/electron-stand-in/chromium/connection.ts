import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from 'playwright-core';

interface Waiting {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: object;
  readonly result?: object;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** A DevTools command that Chromium refused, or could not answer because it has gone. */
export class DevToolsError extends Error {
  override readonly name = 'DevToolsError';
  readonly method: string;

  constructor(method: string, reason: string) {
    super(`${method}: ${reason}`);
    this.method = method;
  }
}

/** One DevTools session. Commands and events have the types that Playwright ships for the protocol. */
export class DevToolsSession {
  readonly send: CDPSession['send'];
  readonly on: CDPSession['on'];
  readonly id: string;

  constructor(connection: DevToolsConnection, id: string, events: EventEmitter) {
    this.id = id;
    this.send = ((method: string, params?: object) =>
      connection.call(id, method, params ?? {})) as CDPSession['send'];
    this.on = events.on.bind(events) as unknown as CDPSession['on'];
  }
}

/** The protocol over Chromium's `--remote-debugging-pipe`: JSON messages that end in a zero byte. */
export class DevToolsConnection {
  readonly browser: DevToolsSession;
  private readonly output: Writable;
  private readonly waiting = new Map<number, Waiting>();
  private readonly sessions = new Map<string, { session: DevToolsSession; events: EventEmitter }>();
  private lastId = 0;
  private closed = false;

  constructor(input: Readable, output: Writable) {
    this.output = output;
    this.browser = this.session('');
    let pieces: Buffer[] = [];
    input.on('data', (chunk: Buffer) => {
      let rest = chunk;
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        pieces.push(rest.subarray(0, end));
        this.receive(JSON.parse(Buffer.concat(pieces).toString('utf8')) as Message);
        pieces = [];
        rest = rest.subarray(end + 1);
      }
      if (rest.length > 0) pieces.push(rest);
    });
    const close = (): void => this.close();
    input.on('close', close);
    input.on('error', close);
    // Writing to a Chromium that has just died is not an error of its own: `close` reports it.
    output.on('error', close);
  }

  /** The session of this id; events are routed to it from the moment somebody asked for it. */
  session(id: string): DevToolsSession {
    const known = this.sessions.get(id);
    if (known) return known.session;
    const events = new EventEmitter().setMaxListeners(0);
    const session = new DevToolsSession(this, id, events);
    this.sessions.set(id, { session, events });
    return session;
  }

  forget(id: string): void {
    this.sessions.delete(id);
  }

  call(sessionId: string, method: string, params: object): Promise<unknown> {
    if (this.closed) return Promise.reject(new DevToolsError(method, 'Chromium has gone'));
    const id = ++this.lastId;
    const message = sessionId === '' ? { id, method, params } : { id, method, params, sessionId };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { method, resolve, reject });
      this.output.write(`${JSON.stringify(message)}\0`);
    });
  }

  private receive(message: Message): void {
    if (message.id === undefined) {
      if (message.method !== undefined) {
        this.sessions.get(message.sessionId ?? '')?.events.emit(message.method, message.params);
      }
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) waiting?.reject(new DevToolsError(waiting.method, message.error.message));
    else waiting?.resolve(message.result);
  }

  private close(): void {
    this.closed = true;
    for (const { method, reject } of this.waiting.values()) {
      reject(new DevToolsError(method, 'Chromium has gone'));
    }
    this.waiting.clear();
  }
}

/** A protocol client that does nothing by itself: tests and benches decide every frame. */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { WebSocket } from 'ws';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { socketUrl } from '../../../src-shared/protocol/join-link.ts';

export type ClientBody = NonNullable<MessageInitShape<typeof relay.ClientFrameSchema>['body']>;
type ServerBody = relay.ServerFrame['body'];
export type ServerCase = NonNullable<ServerBody['case']>;
export type ValueOf<Case extends ServerCase> = Extract<ServerBody, { case: Case }>['value'];

/** Longest wait for anything in a test. A failure, not a pace: nothing waits this long when all is well. */
const PATIENCE_MS = 20_000;

/** The answer was another one than the test expected. */
class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly body: ServerBody;

  constructor(wanted: string, body: ServerBody) {
    const detail = body.case === 'error' ? `${relay.ErrorCode[body.value.code]}: ${body.value.message}` : '';
    super(`expected ${wanted}, got ${String(body.case)} ${detail}`);
    this.body = body;
  }
}

interface Waiter {
  readonly matches: (frame: relay.ServerFrame) => boolean;
  readonly resolve: (frame: relay.ServerFrame) => void;
}

export class RawClient {
  readonly socket: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  /** Pushes that nobody waited for, oldest first. */
  readonly pushes: relay.ServerFrame[] = [];
  hello: relay.Hello = create(relay.HelloSchema);
  #lastRequestId = 0;
  readonly #answers = new Map<number, (frame: relay.ServerFrame) => void>();
  readonly #waiters = new Set<Waiter>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.#receive(fromBinary(relay.ServerFrameSchema, data));
    });
  }

  /** Connects to a relay's base address and waits for its Hello. Rejects when the upgrade is refused. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const socket = new WebSocket(socketUrl(url), { perMessageDeflate: false, headers });
    const client = new RawClient(socket);
    const refused = new Promise<never>((_, reject) => {
      socket.once('error', reject);
    });
    const hello = client.next('hello');
    // Whichever loses the race must not count as unhandled.
    for (const outcome of [hello, refused]) outcome.catch(() => undefined);
    client.hello = await Promise.race([hello, refused]);
    return client;
  }

  /** Sends a request and resolves with whatever answer it gets. */
  ask(body: ClientBody): Promise<relay.ServerFrame> {
    this.#lastRequestId += 1;
    const requestId = this.#lastRequestId;
    const answer = new Promise<relay.ServerFrame>((resolve) => {
      this.#answers.set(requestId, resolve);
    });
    this.post(body, requestId);
    return this.#patiently(answer, `the answer to ${String(body.case)}`);
  }

  /** Sends a request and expects a certain answer. */
  async request<Case extends ServerCase>(body: ClientBody, expected: Case): Promise<ValueOf<Case>> {
    return valueOf((await this.ask(body)).body, expected);
  }

  /** Sends a request and expects an error. */
  refusal(body: ClientBody): Promise<relay.RelayError> {
    return this.request(body, 'error');
  }

  /** Sends a frame without waiting for anything. */
  post(body: ClientBody, requestId = 0): void {
    this.socket.send(toBinary(relay.ClientFrameSchema, create(relay.ClientFrameSchema, { requestId, body })));
  }

  /** The next push of a kind, in order; one that arrived before counts. */
  async next<Case extends ServerCase>(expected: Case): Promise<ValueOf<Case>> {
    const waiting = this.pushes.findIndex((frame) => frame.body.case === expected);
    const [early] = waiting === -1 ? [] : this.pushes.splice(waiting, 1);
    if (early !== undefined) return valueOf(early.body, expected);
    const arriving = new Promise<relay.ServerFrame>((resolve) => {
      this.#waiters.add({ matches: (frame) => frame.body.case === expected, resolve });
    });
    return valueOf((await this.#patiently(arriving, expected)).body, expected);
  }

  /** Ends the socket without a close handshake, as a cut network does. */
  cut(): void {
    this.socket.terminate();
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #receive(frame: relay.ServerFrame): void {
    const answer = this.#answers.get(frame.requestId);
    if (frame.requestId !== 0 && answer !== undefined) {
      this.#answers.delete(frame.requestId);
      answer(frame);
      return;
    }
    for (const waiter of this.#waiters) {
      if (!waiter.matches(frame)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(frame);
      return;
    }
    this.pushes.push(frame);
  }

  async #patiently<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const failure = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no ${what} within ${String(PATIENCE_MS)} ms`));
      }, PATIENCE_MS);
    });
    const ended = this.closed.then((code) => {
      // What arrived in the same turn as the close still counts.
      return Promise.reject(new Error(`the relay closed with ${String(code)} before ${what}`));
    });
    try {
      return await Promise.race([promise, failure, ended]);
    } finally {
      clearTimeout(timer);
      ended.catch(() => undefined);
    }
  }
}

function valueOf<Case extends ServerCase>(body: ServerBody, expected: Case): ValueOf<Case> {
  if (body.case !== expected) throw new UnexpectedAnswer(expected, body);
  return body.value as ValueOf<Case>;
}

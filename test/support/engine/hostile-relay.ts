/** A WebSocket server on loopback that speaks the protocol only as far as a test wants it to. */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { PROTOCOL_VERSION } from '../../../src-shared/protocol/transcripts.ts';
import type { Cleanup } from '../relay/relays.ts';

export type ServerBodyInit = NonNullable<MessageInitShape<typeof relay.ServerFrameSchema>['body']>;
type Asked = NonNullable<relay.ClientFrame['body']['case']>;

/** Where a conversation between device and relay stands when the device expects something. */
export type Stage = 'hello' | Asked;

/** What the relay does at a stage instead of what is honest. */
export type Act = (line: HostileLine, requestId: number) => void;

/** One connection of a device. */
export class HostileLine {
  readonly frames: relay.ClientFrame[] = [];
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  push(body: ServerBodyInit, requestId = 0): void {
    const frame = create(relay.ServerFrameSchema, { requestId, body });
    this.sendRaw(toBinary(relay.ServerFrameSchema, frame));
  }

  sendRaw(data: Uint8Array | string): void {
    if (this.isOpen) this.#socket.send(data);
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  cut(): void {
    this.#socket.terminate();
  }
}

export class HostileRelay {
  readonly name: string;
  readonly lines: HostileLine[] = [];
  /** By stage; what is not listed is answered honestly, with nothing in the mailbox. */
  acts: Partial<Record<Stage, Act>> = {};
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, name: string) {
    this.#server = server;
    this.name = name;
    server.on('connection', (socket) => {
      this.#serve(socket);
    });
  }

  /** `name` is the one that devices pinned, where they did. */
  static async open(cleanup: Cleanup, name = 'hostile'): Promise<HostileRelay> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await new Promise((resolve) => server.once('listening', resolve));
    cleanup.add(async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    return new HostileRelay(server, name);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  hello(changes: MessageInitShape<typeof relay.HelloSchema> = {}): ServerBodyInit {
    return {
      case: 'hello',
      value: {
        protocolVersion: PROTOCOL_VERSION,
        relayName: this.name,
        nonce: randomBytes(32),
        relayTimeMs: BigInt(Date.now()),
        heartbeatIntervalMs: 45_000,
        heartbeatTimeoutMs: 100_000,
        ...changes,
      },
    };
  }

  #serve(socket: WebSocket): void {
    const line = new HostileLine(socket);
    this.lines.push(line);
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const frame = fromBinary(relay.ClientFrameSchema, data);
      line.frames.push(frame);
      if (frame.body.case !== undefined) this.#reach(line, frame.body.case, frame);
    });
    this.#reach(line, 'hello', create(relay.ClientFrameSchema));
  }

  #reach(line: HostileLine, stage: Stage, frame: relay.ClientFrame): void {
    const act = this.acts[stage];
    if (act !== undefined) act(line, frame.requestId);
    else this.honest(line, stage, frame);
  }

  /** What an honest relay without any mail says. */
  honest(line: HostileLine, stage: Stage, frame: relay.ClientFrame): void {
    const answer = this.#honestAnswer(stage, frame);
    if (answer !== null) line.push(answer, frame.requestId);
  }

  #honestAnswer(stage: Stage, { body }: relay.ClientFrame): ServerBodyInit | null {
    switch (stage) {
      case 'hello':
        return this.hello();
      case 'register':
      case 'authenticate': {
        const changes = body.case === 'register' ? pick(body.value) : {};
        return { case: 'authenticated', value: authenticated(changes) };
      }
      case 'resume':
        return { case: 'resumed', value: { pending: 0 } };
      case 'uploadPreKeys':
        return { case: 'preKeyCounts', value: FULL };
      case 'ping':
        return { case: 'pong', value: { relayTimeMs: BigInt(Date.now()) } };
      default:
        return null;
    }
  }
}

function pick({ username, registrationId }: relay.Register): Partial<Session> {
  return { username, registrationId };
}

const FULL = { oneTimePreKeys: 100, oneTimeKyberPreKeys: 100 };

interface Session {
  readonly relayTimeMs: bigint;
  readonly preKeyCounts: { oneTimePreKeys: number; oneTimeKyberPreKeys: number };
  readonly ownDeviceIds: number[];
  readonly username: string;
  readonly lastAcceptedOrder: bigint;
  readonly registrationId: number;
}

/** The honest answer to a device that signs in, with changes. */
export function authenticated(changes: Partial<Session> = {}): Session {
  return {
    relayTimeMs: BigInt(Date.now()),
    preKeyCounts: FULL,
    ownDeviceIds: [1],
    username: 'ada',
    // As new as anything the device may have sent, so that it has nothing to mend.
    lastAcceptedOrder: 2n ** 52n,
    // What impatient people choose.
    registrationId: 1,
    ...changes,
  };
}

import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { CLOSE } from '../../src-shared/protocol/limits.ts';
import { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { rateLimitedAddress, type ProxyTrust } from './remote-address.ts';

const SOCKET_PATH = '/v1/socket';

/** Turns upgrade requests into connections, up to the process's bound, and ends them all at the end. */
export class Gateway {
  readonly #context: GatewayContext;
  readonly #trust: ProxyTrust;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Map<WebSocket, Connection>();
  #emptied: (() => void) | undefined;

  constructor(context: GatewayContext, trust: ProxyTrust) {
    const { limits } = context;
    this.#context = context;
    this.#trust = trust;
    // The published types do not know `closeTimeout` yet.
    const options: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      // The connection answers pings itself, so that the answers count as unsent bytes.
      autoPong: false,
      maxPayload: limits.frameBytes,
      // Ciphertext does not compress; a compression window per socket would cost memory.
      perMessageDeflate: false,
      closeTimeout: limits.closeTimeoutMs,
    };
    this.#sockets = new WebSocketServer(options);
  }

  /** Answers an HTTP upgrade: a connection, or a status that says why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      const reason = STATUS_CODES[refusal] ?? '';
      socket.end(`HTTP/1.1 ${String(refusal)} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(webSocket, request);
    });
  }

  /** Closes every connection with `goingAway` and resolves when all are gone. */
  async closeAll(): Promise<void> {
    for (const connection of this.#connections.values()) connection.close(CLOSE.goingAway);
    if (this.#connections.size > 0) {
      // ws ends a socket whose peer does not answer the close in time.
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    }
    this.#sockets.close();
  }

  #refusal(request: IncomingMessage): number | undefined {
    if (request.url?.split('?')[0] !== SOCKET_PATH) return 404;
    // Only browsers send an origin, and no page has business here, the least on a relay of one's own machine.
    if (request.headers.origin !== undefined) return 403;
    if (this.#context.lifecycle() === 'stopping') return 503;
    if (this.#connections.size >= this.#context.limits.connections) return 503;
    return undefined;
  }

  #open(webSocket: WebSocket, request: IncomingMessage): void {
    const address = rateLimitedAddress(
      request.socket.remoteAddress,
      request.headers['x-forwarded-for'],
      this.#trust,
    );
    this.#connections.set(webSocket, new Connection(webSocket, address, this.#context));
    webSocket.on('close', () => {
      this.#connections.delete(webSocket);
      if (this.#connections.size === 0) this.#emptied?.();
    });
  }
}

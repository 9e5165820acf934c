import fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../../src-shared/clock.ts';
import { PROTOCOL_VERSION } from '../../src-shared/protocol/transcripts.ts';
import type { Health } from '../health.ts';
import { registerMediaRoutes, type MediaRouteOptions } from '../services/media/routes.ts';
import type { RelayStorage } from '../storage/storage.ts';
import { RELAY_VERSION } from '../version.ts';

export interface HttpOptions {
  readonly relayName: string;
  readonly health: Health;
  readonly storage: RelayStorage;
  readonly clock: Clock;
  readonly media: MediaRouteOptions;
  /** Known once the relay listens. */
  readonly joinLink: () => string;
}

/** The few pages a relay has: its health for monitoring, and a word for people who open it in a browser. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { relayName, health, storage, clock, media } = options;
  const startedMs = clock.monotonic();
  // Open keep-alive connections of browsers must not hold up a stop.
  const server = fastify({ forceCloseConnections: true, bodyLimit: 1024, logger: false });

  server.get('/health', async (_request, reply) => {
    await storage.check().then(
      () => undefined,
      (error: unknown) => {
        health.storageFailed(error);
      },
    );
    return reply.code(health.status === 'ok' ? 200 : 503).send({
      status: health.status,
      name: relayName,
      version: RELAY_VERSION,
      protocolVersion: PROTOCOL_VERSION,
      uptimeSeconds: Math.floor((clock.monotonic() - startedMs) / 1000),
    });
  });

  server.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('x-content-type-options', 'nosniff')
      .send(page(relayName, options.joinLink())),
  );

  registerMediaRoutes(server, media);
  return server;
}

function page(relayName: string, joinLink: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kith relay</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}code{word-break:break-all}</style>
<h1>Kith relay</h1>
<p>This is <strong>${escapeHtml(relayName)}</strong>, a relay for Kith, an end-to-end encrypted chat.
It passes on messages that only their recipients can read.</p>
<p>To join, open Kith, choose <em>Join a relay</em> and paste this link:</p>
<p><code>${escapeHtml(joinLink)}</code></p>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.codePointAt(0))};`);
}

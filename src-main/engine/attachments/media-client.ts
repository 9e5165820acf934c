/** The relay's media service over HTTP. Every call rejects with a `KithError`; an abort passes as it is. */
import { create } from '@bufbuild/protobuf';
import { createReadStream } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Transform, type Readable } from 'node:stream';
import { z } from 'zod';
import { KithError } from '../../../src-shared/errors.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { fromRelayError } from '../sync/relay-errors.ts';

/** One part of an upload: what is lost at most when the line breaks, and what costs the relay one flush. */
const PART_BYTES = 4 * 1024 * 1024;
/** A relay that says nothing for this long; longer than it takes to read the largest file back. */
const SILENCE_MS = 120_000;
/** A token that ends this soon is not used any more. */
const TOKEN_MARGIN_MS = 60_000;
const MAX_REFUSAL_BYTES = 16 * 1024;

const refusalSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(1000),
  retryAfterMs: z.number().int().nonnegative().max(3_600_000).optional(),
});

/** Told how many bytes of the whole are there now. */
export type OnBytes = (bytes: number) => void;

interface Call {
  readonly method: 'POST' | 'PATCH' | 'GET' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: Readable;
  readonly signal: AbortSignal;
}

export class MediaClient {
  readonly #context: EngineContext;
  readonly #relay: RelayApi;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  #grant: relay.MediaGrant | null = null;

  constructor(context: EngineContext, relayApi: RelayApi) {
    this.#context = context;
    this.#relay = relayApi;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** Sends what the relay does not have of a ciphertext; nothing at all when it has the blob. */
  async upload(
    path: string,
    blobId: string,
    size: number,
    onBytes: OnBytes,
    signal: AbortSignal,
  ): Promise<void> {
    const created = await this.#call({
      method: 'POST',
      path: 'uploads',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': size,
        'upload-metadata': `blob ${Buffer.from(blobId).toString('base64')}`,
        'content-length': 0,
      },
      signal,
    });
    let offset = offsetOf(created, 0, size);
    onBytes(offset);
    while (offset < size) {
      const end = Math.min(size, offset + PART_BYTES);
      const answer = await this.#call({
        method: 'PATCH',
        path: `uploads/${blobId}`,
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': offset,
          'content-type': 'application/offset+octet-stream',
          'content-length': end - offset,
        },
        body: counted(createReadStream(path, { start: offset, end: end - 1 }), offset, onBytes),
        signal,
      });
      offset = offsetOf(answer, offset + 1, end);
    }
    onBytes(offset);
  }

  /** Ends an unfinished upload; there may be none. */
  async abandon(blobId: string, signal: AbortSignal): Promise<void> {
    await this.#call({
      method: 'DELETE',
      path: `uploads/${blobId}`,
      headers: { 'tus-resumable': '1.0.0' },
      signal,
    });
  }

  /** The bytes of a blob from `offset` on. Throws `file-gone`. */
  async *download(blobId: string, offset: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const headers = offset === 0 ? {} : { range: `bytes=${String(offset)}-` };
    const response = await this.#call({ method: 'GET', path: `blobs/${blobId}`, headers, signal }, 'stream');
    if (offset > 0 && !response.headers['content-range']?.startsWith(`bytes ${String(offset)}-`)) {
      response.destroy();
      throw new KithError('protocol', 'The relay sent another part of the file than the one asked for.');
    }
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (error) {
      throw lineError(error, signal);
    }
  }

  async #call(call: Call, read: 'stream' | 'head' = 'head'): Promise<IncomingMessage> {
    const response = await this.#request(call, await this.#access());
    if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) {
      if (read === 'head') response.resume();
      return response;
    }
    if (response.statusCode === 401) this.#grant = null;
    throw await refusal(response);
  }

  async #access(): Promise<relay.MediaGrant> {
    const nowMs = this.#context.relayNowMs();
    if (this.#grant === null || Number(this.#grant.expiresAtMs) - TOKEN_MARGIN_MS <= nowMs) {
      this.#grant = await this.#relay.mediaAccess();
    }
    return this.#grant;
  }

  #request(call: Call, grant: relay.MediaGrant): Promise<IncomingMessage> {
    const base = this.#context.requireAccount().relayUrl;
    const isSecure = base.startsWith('https:');
    return new Promise((resolve, reject) => {
      const outgoing = (isSecure ? httpsRequest : httpRequest)(`${base}${grant.basePath}/${call.path}`, {
        method: call.method,
        headers: { ...call.headers, authorization: `Bearer ${grant.token}` },
        agent: isSecure ? this.#https : this.#http,
        signal: call.signal,
        timeout: SILENCE_MS,
      });
      const fail = (error: unknown): void => {
        call.body?.destroy();
        reject(lineError(error, call.signal));
      };
      outgoing.on('response', resolve);
      outgoing.on('timeout', () => outgoing.destroy(new Error('the relay is silent')));
      outgoing.on('error', fail);
      if (call.body === undefined) {
        outgoing.end();
        return;
      }
      call.body.on('error', (error) => {
        outgoing.destroy();
        reject(new KithError('file-gone', 'The local copy of the file cannot be read.', { cause: error }));
      });
      call.body.pipe(outgoing);
    });
  }
}

/** Passes the bytes on and tells how far they are. */
function counted(source: Readable, offset: number, onBytes: OnBytes): Readable {
  let passed = offset;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      onBytes(passed);
      done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}

function offsetOf(response: IncomingMessage, min: number, max: number): number {
  const offset = Number(response.headers['upload-offset']);
  if (Number.isInteger(offset) && offset >= min && offset <= max) return offset;
  throw new KithError('protocol', 'The relay does not say how far an upload has come.');
}

async function refusal(response: IncomingMessage): Promise<KithError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_REFUSAL_BYTES) break;
      chunks.push(chunk);
    }
    const { code, message, retryAfterMs } = refusalSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const known = (relay.ErrorCode as unknown as Record<string, relay.ErrorCode | undefined>)[code];
    return fromRelayError(
      create(relay.RelayErrorSchema, {
        code: known ?? relay.ErrorCode.UNSPECIFIED,
        message,
        retryAfterMs: retryAfterMs ?? 0,
      }),
    );
  } catch (cause) {
    // A proxy in between, or a relay that knows no media.
    return new KithError('relay-unreachable', `The relay answered ${String(response.statusCode)}.`, {
      cause,
    });
  } finally {
    response.destroy();
  }
}

function lineError(error: unknown, signal: AbortSignal): Error {
  if (error instanceof KithError || (signal.aborted && error instanceof Error)) return error;
  return new KithError('relay-unreachable', 'The connection to the relay broke off.', { cause: error });
}

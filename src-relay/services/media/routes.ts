/** The media service over HTTP: resumable uploads by tus 1.0, downloads by range. docs/protocol.md, "Media". */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RelayLimits } from '../../limits.ts';
import { ErrorCode, Refusal } from '../refusal.ts';
import { storageRefusal } from '../storage-refusal.ts';
import {
  announcedBlob,
  badRequest,
  byteCount,
  parseBlobId,
  requestedRange,
  requireTus,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from './rules.ts';
import type { MediaService, UploadProgress } from './service.ts';
import type { BlobId, UploadKey } from './storage.ts';

export const MEDIA_PATH = '/v1/media';
const PART_TYPE = 'application/offset+octet-stream';

export interface MediaRouteOptions {
  readonly media: MediaService;
  readonly limits: RelayLimits;
  readonly onFailure: (error: unknown) => void;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.BAD_REQUEST]: 400,
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.QUOTA_EXCEEDED]: 403,
  [ErrorCode.BLOB_UNKNOWN]: 404,
  [ErrorCode.OFFSET_CONFLICT]: 409,
  [ErrorCode.FILE_TOO_LARGE]: 413,
  [ErrorCode.RANGE_INVALID]: 416,
  [ErrorCode.RATE_LIMITED]: 429,
  // Of tus's checksum extension.
  [ErrorCode.BLOB_MISMATCH]: 460,
  [ErrorCode.SHUTTING_DOWN]: 503,
  [ErrorCode.STORAGE_FULL]: 507,
};

type BlobRequest = FastifyRequest<{ Params: { readonly blobId: string } }>;

export function registerMediaRoutes(server: FastifyInstance, options: MediaRouteOptions): void {
  void server.register((routes, _, done) => {
    addRoutes(routes, options);
    done();
  });
}

function addRoutes(server: FastifyInstance, { media, limits, onFailure }: MediaRouteOptions): void {
  // The body stays a stream: nobody ever holds a file in memory.
  server.addContentTypeParser(PART_TYPE, (_request, body, done) => {
    done(null, body);
  });

  server.setErrorHandler(async (error: unknown, request, reply) => {
    const refusal = refusalOf(error, limits, onFailure);
    const { code, message, retryAfterMs } = refusal;
    // What is left of a refused body would be read for nothing.
    if (request.method === 'PATCH') reply.header('connection', 'close');
    if (retryAfterMs > 0) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    return reply
      .code(STATUS[code] ?? 500)
      .send({ code: ErrorCode[code], message, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) });
  });

  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    // Only browsers send an origin, and no page has business here.
    if (request.headers.origin !== undefined) throw badRequest('This is not for web pages.');
    // Node ends a socket that neither sends nor takes anything for this long. Once a body is here, the
    // wait is for our disk.
    const { socket } = request.raw;
    socket.setTimeout(limits.mediaIdleMs);
    request.raw.once('end', () => {
      if (request.method === 'PATCH') socket.setTimeout(0);
    });
  });

  const uploadOf = (request: FastifyRequest, blobId: BlobId): UploadKey => {
    const accountId = media.admit(request.headers.authorization);
    return { accountId, blobId };
  };
  const namedUpload = (request: BlobRequest): UploadKey => {
    const upload = uploadOf(request, request.params.blobId as BlobId);
    parseBlobId(request.params.blobId);
    requireTus(request.headers);
    return upload;
  };

  server.options(`${MEDIA_PATH}/uploads`, (_request, reply) =>
    reply
      .code(204)
      .header('tus-resumable', TUS_VERSION)
      .header('tus-version', TUS_VERSION)
      .header('tus-extension', TUS_EXTENSIONS)
      .header('tus-max-size', limits.mediaFileBytes)
      .send(),
  );

  server.post(`${MEDIA_PATH}/uploads`, async (request, reply) => {
    const accountId = media.admit(request.headers.authorization);
    requireTus(request.headers);
    const upload = { accountId, blobId: announcedBlob(request.headers) };
    const progress = await media.create(upload, byteCount(request.headers, 'upload-length'));
    return uploadHeaders(reply, progress).code(201).header('location', `uploads/${upload.blobId}`).send();
  });

  server.head<{ Params: { blobId: string } }>(`${MEDIA_PATH}/uploads/:blobId`, async (request, reply) => {
    const progress = await media.progress(namedUpload(request));
    return uploadHeaders(reply, progress).code(200).header('cache-control', 'no-store').send();
  });

  server.patch<{ Params: { blobId: string } }>(`${MEDIA_PATH}/uploads/:blobId`, async (request, reply) => {
    const upload = namedUpload(request);
    if (request.headers['content-type'] !== PART_TYPE) throw badRequest(`A part is ${PART_TYPE}.`);
    const offset = byteCount(request.headers, 'upload-offset');
    const progress = await media.append(upload, offset, request.body as Readable);
    return uploadHeaders(reply, progress).code(204).send();
  });

  server.delete<{ Params: { blobId: string } }>(`${MEDIA_PATH}/uploads/:blobId`, async (request, reply) => {
    await media.terminate(namedUpload(request));
    return reply.code(204).header('tus-resumable', TUS_VERSION).send();
  });

  // GET, and with it HEAD.
  server.get<{ Params: { blobId: string } }>(`${MEDIA_PATH}/blobs/:blobId`, async (request, reply) => {
    const accountId = media.admit(request.headers.authorization);
    const blobId = parseBlobId(request.params.blobId);
    const size = await media.blobBytes(blobId);
    const etag = `"${blobId}"`;
    reply
      .header('etag', etag)
      // A blob is its own hash: what was fetched once never changes.
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('accept-ranges', 'bytes')
      .type('application/octet-stream');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    const ifRange = request.headers['if-range'];
    const isSame = ifRange === undefined || ifRange === etag;
    const range = isSame ? requestedRange(request.headers.range, size) : undefined;
    const { start, end } = range ?? { start: 0, end: size - 1 };
    reply.header('content-length', end - start + 1);
    if (range !== undefined) {
      reply.code(206).header('content-range', `bytes ${String(start)}-${String(end)}/${String(size)}`);
    }
    // A stream, so that fastify leaves the length alone.
    if (request.method === 'HEAD') return reply.send(Readable.from([]));
    return reply.send(await media.read(accountId, blobId, start, end));
  });
}

function uploadHeaders(reply: FastifyReply, progress: UploadProgress): FastifyReply {
  reply
    .header('tus-resumable', TUS_VERSION)
    .header('upload-offset', progress.offset)
    .header('upload-length', progress.sizeBytes);
  if (progress.expiresMs !== undefined) {
    reply.header('upload-expires', new Date(progress.expiresMs).toUTCString());
  }
  return reply;
}

function refusalOf(error: unknown, limits: RelayLimits, onFailure: (error: unknown) => void): Refusal {
  if (error instanceof Refusal) return error;
  // What fastify itself refuses: a body of another type, say.
  if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) {
    return badRequest('The request is not one of the media service.');
  }
  onFailure(error);
  return storageRefusal(error, limits);
}

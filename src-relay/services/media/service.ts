/** Encrypted files: who may store how much, resuming uploads, and when a blob counts as complete. */
import type { Readable } from 'node:stream';
import type { Clock } from '../../../src-shared/clock.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import { DAY_MS, type RelayLimits } from '../../limits.ts';
import { RateLimiter } from '../../rate/rate-limiter.ts';
import { ErrorCode, Refusal, requireRate } from '../refusal.ts';
import { blobUnknown } from './rules.ts';
import type { BlobFiles, BlobId, MediaIndex, UploadKey } from './storage.ts';
import { signToken, verifyToken } from './token.ts';
import { Transfers } from './transfers.ts';

export interface MediaGrant {
  readonly token: string;
  readonly expiresMs: number;
  readonly usedBytes: number;
}

export interface UploadProgress {
  readonly offset: number;
  readonly sizeBytes: number;
  /** When the unfinished upload ends; `undefined` once it is complete. */
  readonly expiresMs: number | undefined;
}

export interface MediaServiceParts {
  readonly index: MediaIndex;
  readonly files: BlobFiles;
  readonly limits: RelayLimits;
  readonly clock: Clock;
}

export class MediaService {
  readonly #index: MediaIndex;
  readonly #files: BlobFiles;
  readonly #limits: RelayLimits;
  readonly #clock: Clock;
  readonly #requests: RateLimiter;
  readonly #transfers: Transfers;

  constructor({ index, files, limits, clock }: MediaServiceParts) {
    this.#index = index;
    this.#files = files;
    this.#limits = limits;
    this.#clock = clock;
    const shape = { capacity: limits.mediaRequestsBurst, tokensPerMs: limits.mediaRequestsPerSecond / 1000 };
    this.#requests = new RateLimiter(shape, clock, limits.bucketsRemembered);
    this.#transfers = new Transfers(limits);
  }

  async grant(accountId: AccountId): Promise<MediaGrant> {
    const expiresMs = this.#clock.now() + this.#limits.mediaTokenMs;
    return {
      token: signToken(this.#index.tokenKey, { accountId, expiresMs }),
      expiresMs,
      usedBytes: await this.#index.usedBytes(accountId),
    };
  }

  /** Whose `Authorization` header this is. Throws `UNAUTHENTICATED`, `RATE_LIMITED`. */
  admit(authorization: string | undefined): AccountId {
    const [, token = ''] = /^Bearer ([\w.-]{1,200})$/.exec(authorization ?? '') ?? [];
    const accountId = verifyToken(this.#index.tokenKey, token, this.#clock.now());
    if (accountId === undefined)
      throw new Refusal(ErrorCode.UNAUTHENTICATED, 'The media token is missing, wrong or has ended.');
    requireRate(this.#requests.take(accountId), 'requests for files');
    return accountId;
  }

  /** Throws `FILE_TOO_LARGE`, `QUOTA_EXCEEDED`, `BLOB_MISMATCH`. */
  async create(upload: UploadKey, sizeBytes: number): Promise<UploadProgress> {
    const { mediaFileBytes, mediaQuotaBytes } = this.#limits;
    if (sizeBytes > mediaFileBytes) {
      throw new Refusal(
        ErrorCode.FILE_TOO_LARGE,
        `A file has at most ${String(mediaFileBytes)} bytes after encryption.`,
      );
    }
    if (sizeBytes === 0) throw new Refusal(ErrorCode.BAD_REQUEST, 'An empty blob is no file.');
    const nowMs = this.#clock.now();
    const outcome = await this.#index.begin(upload, sizeBytes, {
      nowMs,
      quotaBytes: mediaQuotaBytes,
      maxFiles: this.#limits.mediaFiles,
      uploadExpiresMs: nowMs + this.#limits.mediaUploadMs,
      blobExpiresMs: this.#blobExpiresMs(),
    });
    switch (outcome.kind) {
      case 'complete':
        return { offset: sizeBytes, sizeBytes, expiresMs: undefined };
      case 'open':
        return { offset: await this.#settledBytes(upload), sizeBytes, expiresMs: outcome.expiresMs };
      case 'other-size':
        throw new Refusal(ErrorCode.BLOB_MISMATCH, 'This blob was announced with another size.');
      case 'over-quota':
        throw new Refusal(
          ErrorCode.QUOTA_EXCEEDED,
          `An account stores at most ${String(mediaQuotaBytes)} bytes in ${String(this.#limits.mediaFiles)} files.`,
        );
    }
  }

  /** How far an upload has come; whoever still writes to it is cut off. Throws `BLOB_UNKNOWN`. */
  async progress(upload: UploadKey): Promise<UploadProgress> {
    const state = await this.#index.state(upload);
    if (state === undefined) throw blobUnknown();
    if (state.kind === 'complete') {
      return { offset: state.sizeBytes, sizeBytes: state.sizeBytes, expiresMs: undefined };
    }
    return { offset: await this.#settledBytes(upload), ...state };
  }

  /**
   * Takes the next part of an upload. Resolves once it is on the disk, and with the last part once the
   * blob is complete. Throws `OFFSET_CONFLICT`, `FILE_TOO_LARGE`, `BLOB_MISMATCH`, `BLOB_UNKNOWN`.
   */
  append(upload: UploadKey, offset: number, body: Readable): Promise<UploadProgress> {
    return this.#transfers.write(upload, body, async () => {
      const state = await this.#index.state(upload);
      if (state === undefined) throw blobUnknown();
      const present = state.kind === 'complete' ? state.sizeBytes : await this.#files.uploadedBytes(upload);
      if (offset !== present) {
        throw new Refusal(ErrorCode.OFFSET_CONFLICT, `The upload stands at ${String(present)} bytes.`);
      }
      const { sizeBytes } = state;
      if (state.kind === 'complete') return { offset, sizeBytes, expiresMs: undefined };
      const size = await this.#files.append(upload, offset, sizeBytes, body);
      if (size < sizeBytes) return { offset: size, ...state };
      await this.#complete(upload, sizeBytes);
      return { offset: size, sizeBytes, expiresMs: undefined };
    });
  }

  /** Throws `BLOB_UNKNOWN` where no upload is unfinished. */
  async terminate(upload: UploadKey): Promise<void> {
    await this.#transfers.cutOff(upload);
    if (!(await this.#index.abandon(upload))) throw blobUnknown();
    await this.#files.removeUpload(upload);
  }

  /** Throws `BLOB_UNKNOWN`. */
  async blobBytes(blobId: BlobId): Promise<number> {
    const bytes = await this.#index.blobBytes(blobId);
    if (bytes === undefined) throw blobUnknown();
    return bytes;
  }

  /** Throws `BLOB_UNKNOWN` when its file is gone, `RATE_LIMITED` above the transfers at once. */
  async read(accountId: AccountId, blobId: BlobId, start: number, end: number): Promise<Readable> {
    const done = this.#transfers.enter(accountId);
    const stream = await this.#files.read(blobId, start, end).catch((error: unknown) => {
      done();
      throw error;
    });
    if (stream === undefined) {
      done();
      // Somebody touched it by hand: who has it may upload it again.
      await this.#index.forgetBlob(blobId);
      await this.#files.removeBlob(blobId);
      throw blobUnknown();
    }
    stream.once('close', done);
    return stream;
  }

  /** Ends every upload under way, keeping what came. */
  stop(): Promise<void> {
    return this.#transfers.stop();
  }

  #blobExpiresMs(): number {
    return this.#clock.now() + this.#limits.mediaLifetimeDays * DAY_MS;
  }

  async #settledBytes(upload: UploadKey): Promise<number> {
    await this.#transfers.cutOff(upload);
    return this.#files.uploadedBytes(upload);
  }

  async #complete(upload: UploadKey, sizeBytes: number): Promise<void> {
    if ((await this.#files.digest(upload)) !== upload.blobId) {
      // No part of it can be trusted: the upload starts over.
      await this.#index.abandon(upload);
      await this.#files.removeUpload(upload);
      throw new Refusal(ErrorCode.BLOB_MISMATCH, 'The bytes are not those of the blob that was announced.');
    }
    await this.#files.publish(upload);
    await this.#index.complete(upload, sizeBytes, this.#blobExpiresMs());
  }
}

/** What the media service needs kept: which blobs there are and whose, and the bytes themselves. */
import type { Readable } from 'node:stream';
import type { AccountId } from '../../../src-shared/ids.ts';

declare const brand: unique symbol;
/** SHA-256 of a blob's bytes, as 64 lower-case hexadecimal digits. */
export type BlobId = string & { readonly [brand]: 'BlobId' };

/** One account's upload of one blob; two accounts may upload the same. */
export interface UploadKey {
  readonly accountId: AccountId;
  readonly blobId: BlobId;
}

export interface UploadTerms {
  readonly nowMs: number;
  readonly quotaBytes: number;
  /** Blobs and uploads of one account together. */
  readonly maxFiles: number;
  readonly uploadExpiresMs: number;
  readonly blobExpiresMs: number;
}

export type BeginOutcome =
  /** The blob is here already; it is now this account's too, and lives as long as a new one. */
  | { readonly kind: 'complete' }
  | { readonly kind: 'open'; readonly expiresMs: number }
  /** The same blob was announced with another size. */
  | { readonly kind: 'other-size' }
  | { readonly kind: 'over-quota' };

export type UploadState =
  | { readonly kind: 'complete'; readonly sizeBytes: number }
  | { readonly kind: 'open'; readonly sizeBytes: number; readonly expiresMs: number };

export interface Expired {
  readonly uploads: readonly UploadKey[];
  readonly blobs: readonly BlobId[];
}

/** The index. Every change is durable when its promise resolves; all reject with a `StorageError`. */
export interface MediaIndex {
  /** Signs the tokens of this relay; 32 bytes, made once. */
  readonly tokenKey: Uint8Array;
  /** Repeating it finds the same upload. */
  begin(upload: UploadKey, sizeBytes: number, terms: UploadTerms): Promise<BeginOutcome>;
  state(upload: UploadKey): Promise<UploadState | undefined>;
  /** The upload becomes a blob of its account. */
  complete(upload: UploadKey, sizeBytes: number, expiresMs: number): Promise<void>;
  /** True when there was an unfinished upload. */
  abandon(upload: UploadKey): Promise<boolean>;
  blobBytes(blobId: BlobId): Promise<number | undefined>;
  forgetBlob(blobId: BlobId): Promise<void>;
  /** What counts against the account's quota. */
  usedBytes(accountId: AccountId): Promise<number>;
  /** Forgets at most `maxRows` of each kind that ended before `nowMs`; their files are the caller's to remove. */
  expire(nowMs: number, maxRows: number): Promise<Expired>;
}

/** The bytes. All reject with a `StorageError`; a full disk is of kind `full`. */
export interface BlobFiles {
  /** Zero when nothing has come. */
  uploadedBytes(upload: UploadKey): Promise<number>;
  /**
   * Writes what `body` yields behind `offset`, at most up to `sizeBytes`, and returns the size once that
   * is on the disk. What came before `body` failed is kept, and then its error is thrown.
   */
  append(
    upload: UploadKey,
    offset: number,
    sizeBytes: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<number>;
  /** SHA-256 of what was uploaded, read back. */
  digest(upload: UploadKey): Promise<BlobId>;
  /** The upload's bytes become the blob's, durably. */
  publish(upload: UploadKey): Promise<void>;
  removeUpload(upload: UploadKey): Promise<void>;
  removeBlob(blobId: BlobId): Promise<void>;
  /** From `start` to `end`, both included; `undefined` when the file is gone or too short. */
  read(blobId: BlobId, start: number, end: number): Promise<Readable | undefined>;
  uploads(): AsyncIterable<UploadKey>;
  blobs(): AsyncIterable<BlobId>;
}

const BLOB_ID = /^[0-9a-f]{64}$/;

export function isBlobId(text: string): text is BlobId {
  return BLOB_ID.test(text);
}

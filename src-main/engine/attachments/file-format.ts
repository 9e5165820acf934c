/**
 * The encryption of one file: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) with AES-256-GCM over
 * chunks of 256 KiB. Every chunk can be checked by itself; one that is missing, moved, added or changed is
 * refused. Header: `KITHF`, version, log2 of the chunk size, two zeros, seven random bytes. Nonce: these
 * seven, the chunk's number (4 bytes, big-endian), 1 for the last chunk. The header is authenticated with
 * every chunk. docs/protocol.md, "Attachments".
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { KithError } from '../../../src-shared/errors.ts';
import {
  FILE_CHUNK_BYTES,
  FILE_HEADER_BYTES,
  FILE_TAG_BYTES,
  MAX_FILE_BYTES,
} from '../../../src-shared/protocol/limits.ts';

export const FILE_KEY_BYTES = 32;
export const NONCE_PREFIX_BYTES = 7;
const MAGIC = Buffer.from('KITHF', 'latin1');
const VERSION = 1;
const SEALED_CHUNK_BYTES = FILE_CHUNK_BYTES + FILE_TAG_BYTES;

/** Where a chunk stands; the last one is marked, so that nothing can be cut off or added. */
export interface ChunkPlace {
  readonly index: number;
  readonly position: 'inner' | 'last';
}

export function fileHeader(noncePrefix: Uint8Array): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.set(MAGIC);
  header[5] = VERSION;
  header[6] = Math.log2(FILE_CHUNK_BYTES);
  header.set(noncePrefix, FILE_HEADER_BYTES - NONCE_PREFIX_BYTES);
  return header;
}

/** Throws `file-damaged` for a header that is not of this format. */
export function checkHeader(header: Uint8Array): void {
  const own = fileHeader(header.subarray(FILE_HEADER_BYTES - NONCE_PREFIX_BYTES, FILE_HEADER_BYTES));
  if (!own.equals(header)) throw damaged();
}

export function chunkCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / FILE_CHUNK_BYTES));
}

/** Size of the ciphertext of a plaintext of `sizeBytes`. */
export function ciphertextBytes(sizeBytes: number): number {
  return FILE_HEADER_BYTES + sizeBytes + chunkCount(sizeBytes) * FILE_TAG_BYTES;
}

export function chunkPlace(index: number, sizeBytes: number): ChunkPlace {
  return { index, position: index === chunkCount(sizeBytes) - 1 ? 'last' : 'inner' };
}

export function isFileSize(sizeBytes: number): boolean {
  return Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && sizeBytes <= MAX_FILE_BYTES;
}

/** Where a sealed chunk lies in the ciphertext. */
export function sealedChunk(
  index: number,
  sizeBytes: number,
): { readonly offset: number; readonly bytes: number } {
  const offset = FILE_HEADER_BYTES + index * SEALED_CHUNK_BYTES;
  return { offset, bytes: Math.min(SEALED_CHUNK_BYTES, ciphertextBytes(sizeBytes) - offset) };
}

export function sealChunk(
  key: Uint8Array,
  header: Uint8Array,
  place: ChunkPlace,
  plaintext: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(header, place));
  cipher.setAAD(header);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `file-damaged`. */
export function openChunk(
  key: Uint8Array,
  header: Uint8Array,
  place: ChunkPlace,
  sealed: Uint8Array,
): Buffer {
  if (sealed.length < FILE_TAG_BYTES) throw damaged();
  const split = sealed.length - FILE_TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(header, place), {
    authTagLength: FILE_TAG_BYTES,
  });
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(split));
  const plaintext = decipher.update(sealed.subarray(0, split));
  try {
    decipher.final();
  } catch (error) {
    throw damaged(error);
  }
  return plaintext;
}

function nonce(header: Uint8Array, { index, position }: ChunkPlace): Buffer {
  const bytes = Buffer.alloc(NONCE_PREFIX_BYTES + 5);
  bytes.set(header.subarray(FILE_HEADER_BYTES - NONCE_PREFIX_BYTES));
  bytes.writeUInt32BE(index, NONCE_PREFIX_BYTES);
  bytes.writeUInt8(position === 'last' ? 1 : 0, NONCE_PREFIX_BYTES + 4);
  return bytes;
}

export function damaged(cause?: unknown): KithError {
  return new KithError(
    'file-damaged',
    'The file is not what its sender attached: it was changed or damaged.',
    {
      cause,
    },
  );
}

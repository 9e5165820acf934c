/** The folder of encrypted files. Nothing in here is plaintext; keys are in the store. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KithError } from '../../../src-shared/errors.ts';
import { FILE_CHUNK_BYTES, FILE_HEADER_BYTES } from '../../../src-shared/protocol/limits.ts';
import {
  checkHeader,
  chunkCount,
  chunkPlace,
  ciphertextBytes,
  damaged,
  FILE_KEY_BYTES,
  fileHeader,
  isFileSize,
  NONCE_PREFIX_BYTES,
  openChunk,
  sealChunk,
  sealedChunk,
} from './file-format.ts';

/** What names a blob and opens it. */
export interface FilePointer {
  /** SHA-256 of the ciphertext. */
  readonly blobId: Uint8Array;
  readonly key: Uint8Array;
  /** Of the plaintext. */
  readonly sizeBytes: number;
  /** SHA-256 of the plaintext. */
  readonly digest: Uint8Array;
}

export class FileFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  path(name: string): string {
    return join(this.#path, name);
  }

  /** Removes what no row of the store names: a crash lies between the two. Before any work begins. */
  removeOthers(known: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#path)) {
      if (!known.has(name)) rmSync(join(this.#path, name), { force: true, recursive: true });
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { force: true });
  }

  /** Zero when there is none. */
  async bytes(name: string): Promise<number> {
    return stat(this.path(name)).then(
      (found) => found.size,
      () => 0,
    );
  }

  /**
   * Encrypts `source` under a fresh key into a file of that name, and returns once it is on the disk.
   * Throws `file-too-large` when there is more than a file may have, `disk-full`, and what `source` throws.
   */
  async encrypt(name: string, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<FilePointer> {
    const key = randomBytes(FILE_KEY_BYTES);
    const header = fileHeader(randomBytes(NONCE_PREFIX_BYTES));
    const plain = createHash('sha256');
    const sealed = createHash('sha256').update(header);
    const file = await diskErrors(open(this.path(name), 'w', 0o600));
    try {
      await diskErrors(file.appendFile(header));
      let sizeBytes = 0;
      let index = 0;
      const write = async (chunk: Uint8Array, position: 'inner' | 'last'): Promise<void> => {
        plain.update(chunk);
        sizeBytes += chunk.length;
        if (!isFileSize(sizeBytes)) throw tooLarge();
        const bytes = sealChunk(key, header, { index, position }, chunk);
        index += 1;
        sealed.update(bytes);
        await diskErrors(file.appendFile(bytes));
      };
      let pending: Uint8Array | null = null;
      for await (const chunk of rechunked(source)) {
        signal?.throwIfAborted();
        if (pending !== null) await write(pending, 'inner');
        pending = chunk;
      }
      await write(pending ?? new Uint8Array(), 'last');
      await diskErrors(file.sync());
      return { blobId: sealed.digest(), key, sizeBytes, digest: plain.digest() };
    } catch (error) {
      await rm(this.path(name), { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  /** The plaintext from `start`, at most `length` bytes, in pieces that were checked. Throws `file-damaged`. */
  async *decrypt(
    name: string,
    pointer: FilePointer,
    start = 0,
    length: number = pointer.sizeBytes,
  ): AsyncGenerator<Buffer> {
    const { key, sizeBytes } = pointer;
    const end = Math.min(sizeBytes, start + length);
    const file = await open(this.path(name), 'r').catch((cause: unknown) => {
      throw new KithError('file-gone', 'The local copy of this file is gone. Download it again.', { cause });
    });
    try {
      if ((await file.stat()).size !== ciphertextBytes(sizeBytes)) throw damaged();
      const header = await readExactly(file, 0, FILE_HEADER_BYTES);
      checkHeader(header);
      const first = Math.floor(start / FILE_CHUNK_BYTES);
      for (let index = first; index < chunkCount(sizeBytes); index++) {
        const from = index * FILE_CHUNK_BYTES;
        if (from >= end && index > first) return;
        const { offset, bytes } = sealedChunk(index, sizeBytes);
        const sealed = await readExactly(file, offset, bytes);
        const plain = openChunk(key, header, chunkPlace(index, sizeBytes), sealed);
        const piece = plain.subarray(Math.max(0, start - from), Math.max(0, end - from));
        if (piece.length > 0) yield piece;
      }
    } finally {
      await file.close();
    }
  }

  /** Reads all of a file and compares it with its pointer. Throws `file-damaged`. */
  async verify(name: string, pointer: FilePointer, signal: AbortSignal): Promise<void> {
    const plain = createHash('sha256');
    for await (const piece of this.decrypt(name, pointer)) {
      signal.throwIfAborted();
      plain.update(piece);
    }
    if (!plain.digest().equals(pointer.digest)) throw damaged();
  }

  /** What was downloaded becomes a file, durably. */
  async keep(from: string, to: string): Promise<void> {
    const file = await open(this.path(from), 'r+');
    try {
      await diskErrors(file.sync());
    } finally {
      await file.close();
    }
    await rename(this.path(from), this.path(to));
    await syncFolder(this.#path);
  }

  syncNames(): Promise<void> {
    return syncFolder(this.#path);
  }
}

export function tooLarge(): KithError {
  return new KithError('file-too-large', 'A file has at most 2 GB.');
}

/** Makes new names durable. Windows keeps its directories by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A full disk as `disk-full`; everything else passes. */
export async function diskErrors<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new KithError('disk-full', 'The disk is full. Free some space and try again.', { cause: error });
  }
}

async function readExactly(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, offset + read);
    if (bytesRead === 0) throw damaged();
    read += bytesRead;
  }
  return buffer;
}

/** The same bytes in pieces of one chunk; the last piece may be shorter. */
async function* rechunked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let buffer = Buffer.alloc(FILE_CHUNK_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + FILE_CHUNK_BYTES - filled);
      buffer.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < FILE_CHUNK_BYTES) continue;
      yield buffer;
      buffer = Buffer.alloc(FILE_CHUNK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** Blobs as files: `media/uploads/<account>.<blob>` while they come, `media/blobs/<2 digits>/<blob>` after. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { isUuid, type AccountId } from '../../../src-shared/ids.ts';
import { isBlobId, type BlobFiles, type BlobId, type UploadKey } from '../../services/media/storage.ts';
import { ErrorCode, Refusal } from '../../services/refusal.ts';
import { StorageError } from '../storage.ts';

const READ_BYTES = 256 * 1024;

export function openBlobFiles(directory: string): BlobFiles {
  const uploads = join(directory, 'uploads');
  const blobs = join(directory, 'blobs');
  for (const folder of [uploads, blobs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const uploadPath = ({ accountId, blobId }: UploadKey): string => join(uploads, `${accountId}.${blobId}`);
  const blobPath = (blobId: BlobId): string => join(blobs, blobId.slice(0, 2), blobId);

  return {
    uploadedBytes: (upload) => promised(() => fileBytes(uploadPath(upload))),
    append: (upload, offset, sizeBytes, body) => append(uploadPath(upload), offset, sizeBytes, body),
    digest: (upload) => promised(() => sha256(uploadPath(upload))),
    publish: (upload) =>
      promised(async () => {
        const path = blobPath(upload.blobId);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(uploadPath(upload), path);
        await syncFolder(dirname(path));
        await syncFolder(blobs);
      }),
    removeUpload: (upload) => promised(() => rm(uploadPath(upload), { force: true })),
    removeBlob: (blobId) => promised(() => rm(blobPath(blobId), { force: true })),
    read: (blobId, start, end) => promised(() => openRead(blobPath(blobId), start, end)),
    async *uploads() {
      for await (const name of names(uploads)) {
        const [accountId = '', blobId = ''] = name.split('.');
        if (isUuid(accountId) && isBlobId(blobId)) yield { accountId: accountId as AccountId, blobId };
      }
    },
    async *blobs() {
      for await (const folder of names(blobs)) {
        for await (const name of names(join(blobs, folder))) if (isBlobId(name)) yield name;
      }
    },
  };
}

async function append(
  path: string,
  offset: number,
  sizeBytes: number,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await promised(() => open(path, offset === 0 ? 'w' : 'r+', 0o600));
  let position = offset;
  try {
    for await (const chunk of body) {
      if (position + chunk.length > sizeBytes) {
        throw new Refusal(ErrorCode.FILE_TOO_LARGE, 'There are more bytes than the upload announced.');
      }
      await promised(() => writeAll(file, chunk, position));
      position += chunk.length;
    }
  } finally {
    await promised(() => file.sync()).finally(() => file.close());
  }
  return position;
}

async function writeAll(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  position: number,
): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    written += (await file.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
  }
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function sha256(path: string): Promise<BlobId> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES }))
    hash.update(chunk as Buffer);
  return hash.digest('hex') as BlobId;
}

async function openRead(path: string, start: number, end: number): Promise<Readable | undefined> {
  try {
    const file = await open(path, 'r');
    if ((await file.stat()).size > end)
      return file.createReadStream({ start, end, highWaterMark: READ_BYTES });
    await file.close();
    return undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes a rename durable. Windows keeps its directories by itself. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* names(path: string): AsyncGenerator<string> {
  for await (const entry of await opendir(path)) yield entry.name;
}

function systemCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** System errors of `work` as `StorageError`s. */
async function promised<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (typeof code !== 'string') throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StorageError('full', 'The disk that holds the files is full.', error);
    }
    throw new StorageError('failed', `A file cannot be read or written (${code}).`, error);
  }
}

/** A file of this computer becomes an attachment: cleaned if it is an image, encrypted, and not yet sent. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { KithError } from '../../../src-shared/errors.ts';
import type { FileId } from '../../../src-shared/ids.ts';
import { MAX_FILE_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import { tooLarge, type FileFolder, type FilePointer } from './file-folder.ts';
import { mediaTypeOfName, safeFileName } from './file-name.ts';
import { cleanImage, looksLikeImage, MAX_IMAGE_FILE_BYTES, type CleanImage } from './image.ts';
import type { AttachmentFacts } from './pointer.ts';

const HEAD_BYTES = 32;
const READ_BYTES = 1024 * 1024;

/** Throws `file-unreadable`, `file-too-large`, `disk-full`. */
export async function importFile(context: EngineContext, folder: FileFolder, path: string): Promise<FileId> {
  const { head, sizeBytes } = await look(path);
  const mayBeImage = looksLikeImage(head);
  const image = mayBeImage && sizeBytes <= MAX_IMAGE_FILE_BYTES ? await tryImage(context, path) : null;
  const name = safeFileName(basename(path));
  const content = await encrypt(folder, image === null ? fileBytes(path) : once(image.bytes));
  const thumbnail = image === null ? null : await encrypt(folder, once(image.thumbnail.bytes));
  await folder.syncNames();
  const duplicates: string[] = [];
  const fileId = context.transact(() => {
    const facts = {
      fileName: name,
      mediaType: image?.mediaType ?? mediaTypeOfName(name),
      width: image?.width ?? 0,
      height: image?.height ?? 0,
      blurHash: image?.blurHash ?? '',
    };
    const isUnchangedImage = mayBeImage && image === null;
    const added = add(context, content, facts, { thumbnailOf: null, isUnchangedImage }, duplicates);
    if (thumbnail !== null && image !== null) {
      const { width, height } = image.thumbnail;
      const small = { fileName: 'thumbnail.webp', mediaType: 'image/webp', width, height, blurHash: '' };
      add(context, thumbnail, small, { thumbnailOf: added.row, isUnchangedImage: false }, duplicates);
    }
    return added.fileId;
  });
  for (const duplicate of duplicates) await folder.remove(duplicate);
  return fileId;
}

interface Encrypted {
  readonly name: string;
  readonly pointer: FilePointer;
}

/** Identical content is kept once: the copy that is there is used, with its key and its blob. */
function add(
  context: EngineContext,
  encrypted: Encrypted,
  facts: Omit<AttachmentFacts, 'pointer'>,
  kind: { readonly thumbnailOf: number | null; readonly isUnchangedImage: boolean },
  duplicates: string[],
): { readonly row: number; readonly fileId: FileId } {
  const { attachments } = context.store;
  const nowMs = context.clock.now();
  const known = attachments.fileByDigest(encrypted.pointer.digest);
  if (known !== null) duplicates.push(encrypted.name);
  const file = known?.row ?? attachments.insertFile(encrypted.name, encrypted.pointer, nowMs);
  const fileId = context.ids.fileId();
  const row = attachments.insert({
    ...kind,
    facts: { ...facts, pointer: known?.pointer ?? encrypted.pointer },
    fileId,
    messageId: null,
    position: 0,
    file,
    createdAtMs: nowMs,
  });
  return { row, fileId };
}

async function look(path: string): Promise<{ readonly head: Uint8Array; readonly sizeBytes: number }> {
  try {
    const file = await open(path, 'r');
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new KithError('file-unreadable', `"${basename(path)}" is not a file.`);
      if (found.size > MAX_FILE_BYTES) throw tooLarge();
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      return { head: head.subarray(0, bytesRead), sizeBytes: found.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function tryImage(context: EngineContext, path: string): Promise<CleanImage | null> {
  try {
    return await cleanImage(path);
  } catch (error) {
    // It goes as a plain file, and its view says that nothing was taken out of it.
    context.log.info('attachments.image-unchanged', errorFields(error));
    return null;
  }
}

async function encrypt(folder: FileFolder, source: AsyncIterable<Uint8Array>): Promise<Encrypted> {
  const name = randomUUID();
  return { name, pointer: await folder.encrypt(name, source) };
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function unreadable(path: string, error: unknown): unknown {
  const isSystemError = error instanceof Error && 'code' in error && !(error instanceof KithError);
  if (!isSystemError) return error;
  return new KithError('file-unreadable', `"${basename(path)}" cannot be read.`, { cause: error });
}

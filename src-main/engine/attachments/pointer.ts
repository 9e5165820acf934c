/** Attachments as they travel inside a text. What comes in is doubted: whoever wrote it may mean harm. */
import { create } from '@bufbuild/protobuf';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { ciphertextBytes, FILE_KEY_BYTES, isFileSize } from './file-format.ts';
import { safeFileName, safeMediaType } from './file-name.ts';
import type { FilePointer } from './file-folder.ts';

const HASH_BYTES = 32;
/** More pixels than any image that is shown. */
const MAX_SIDE = 65_535;
const MAX_THUMBNAIL_BYTES = 256 * 1024;
const MAX_BLUR_HASH = 100;

export interface AttachmentFacts {
  readonly pointer: FilePointer;
  readonly mediaType: string;
  readonly fileName: string;
  /** Zero where it is no image. */
  readonly width: number;
  readonly height: number;
  readonly blurHash: string;
}

export interface AttachmentPointer extends AttachmentFacts {
  readonly thumbnail: {
    readonly pointer: FilePointer;
    readonly width: number;
    readonly height: number;
  } | null;
}

export function toWire(attachment: AttachmentPointer): wire.Attachment {
  const { thumbnail } = attachment;
  return create(wire.AttachmentSchema, {
    blob: blobToWire(attachment.pointer),
    mediaType: attachment.mediaType,
    fileName: attachment.fileName,
    width: attachment.width,
    height: attachment.height,
    blurHash: attachment.blurHash,
    ...(thumbnail === null
      ? {}
      : {
          thumbnail: {
            blob: blobToWire(thumbnail.pointer),
            width: thumbnail.width,
            height: thumbnail.height,
          },
        }),
  });
}

function blobToWire(pointer: FilePointer): wire.Blob {
  return create(wire.BlobSchema, {
    blobId: new Uint8Array(pointer.blobId),
    key: new Uint8Array(pointer.key),
    size: BigInt(pointer.sizeBytes),
    ciphertextSize: BigInt(ciphertextBytes(pointer.sizeBytes)),
    digest: new Uint8Array(pointer.digest),
  });
}

/** Null for one that points to no possible file. A thumbnail or a picture's facts that cannot be are left out. */
export function fromWire(attachment: wire.Attachment): AttachmentPointer | null {
  const pointer = blobFromWire(attachment.blob);
  if (pointer === null) return null;
  const isPicture = isSide(attachment.width) && isSide(attachment.height);
  return {
    pointer,
    mediaType: safeMediaType(attachment.mediaType),
    fileName: safeFileName(attachment.fileName),
    width: isPicture ? attachment.width : 0,
    height: isPicture ? attachment.height : 0,
    blurHash: isBlurHash(attachment.blurHash) ? attachment.blurHash : '',
    thumbnail: thumbnailFromWire(attachment.thumbnail),
  };
}

function thumbnailFromWire(thumbnail: wire.Thumbnail | undefined): AttachmentPointer['thumbnail'] {
  const pointer = blobFromWire(thumbnail?.blob);
  if (thumbnail === undefined || pointer === null) return null;
  // It is fetched without being asked for.
  if (pointer.sizeBytes > MAX_THUMBNAIL_BYTES || !isSide(thumbnail.width) || !isSide(thumbnail.height))
    return null;
  return { pointer, width: thumbnail.width, height: thumbnail.height };
}

function blobFromWire(blob: wire.Blob | undefined): FilePointer | null {
  if (blob === undefined) return null;
  const { blobId, key, digest } = blob;
  const sizeBytes = Number(blob.size);
  if (blobId.length !== HASH_BYTES || key.length !== FILE_KEY_BYTES || digest.length !== HASH_BYTES)
    return null;
  if (!isFileSize(sizeBytes) || blob.ciphertextSize !== BigInt(ciphertextBytes(sizeBytes))) return null;
  return { blobId, key, sizeBytes, digest };
}

function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= MAX_SIDE;
}

function isBlurHash(text: string): boolean {
  return text.length <= MAX_BLUR_HASH && /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{6,}$/.test(text);
}

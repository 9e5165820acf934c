/** What the headers of the media service say. Pure; throws a `Refusal` for what they cannot say. */
import { ErrorCode, Refusal } from '../refusal.ts';
import { isBlobId, type BlobId } from './storage.ts';

/** The version of the tus protocol that is spoken here (https://tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,termination,expiration';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function badRequest(what: string): Refusal {
  return new Refusal(ErrorCode.BAD_REQUEST, what);
}

export function blobUnknown(): Refusal {
  return new Refusal(ErrorCode.BLOB_UNKNOWN, 'There is no such file here, or no longer.');
}

export function requireTus(headers: Headers): void {
  if (headers['tus-resumable'] !== TUS_VERSION) throw badRequest(`This is tus ${TUS_VERSION}.`);
}

export function parseBlobId(text: string): BlobId {
  if (!isBlobId(text)) throw badRequest('A blob id is 64 lower-case hexadecimal digits.');
  return text;
}

/** A header that holds a whole number of bytes. */
export function byteCount(headers: Headers, name: string): number {
  const text = headers[name];
  const value = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badRequest(`${name} is a number of bytes.`);
  return value;
}

/** The blob that a creation announces: `Upload-Metadata: blob <its id in base64>`. */
export function announcedBlob(headers: Headers): BlobId {
  const text = headers['upload-metadata'];
  const pairs = typeof text === 'string' ? text.split(',').map((pair) => pair.trim().split(' ')) : [];
  const value = pairs.find(([key]) => key === 'blob')?.[1];
  if (value === undefined) throw badRequest('Upload-Metadata names the blob.');
  return parseBlobId(Buffer.from(value, 'base64').toString('latin1'));
}

export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/**
 * What a `Range` header asks of a body of `size` bytes (RFC 9110, section 14). `undefined` stands for all
 * of it: no header, another unit, or several ranges at once, which a server may ignore.
 */
export function requestedRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.replaceAll(' ', '') ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new Refusal(ErrorCode.RANGE_INVALID, `The file has ${String(size)} bytes.`);
  }
  return { start, end };
}

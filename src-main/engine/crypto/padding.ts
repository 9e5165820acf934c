/**
 * Hides the length of a plaintext: 0x80, then zeros up to the next multiple of the bucket
 * (ISO/IEC 7816-4). Signal uses the same buckets.
 */
export const PADDING_BUCKET_BYTES = 160;

const MARK = 0x80;

export function paddedLength(lengthBytes: number): number {
  return Math.ceil((lengthBytes + 1) / PADDING_BUCKET_BYTES) * PADDING_BUCKET_BYTES;
}

export function pad(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(paddedLength(plaintext.length));
  padded.set(plaintext);
  padded[plaintext.length] = MARK;
  return padded;
}

/** Throws `RangeError` when the mark is missing. */
export function unpad(padded: Uint8Array): Uint8Array {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== MARK) throw new RangeError('the padding mark is missing');
  return padded.subarray(0, end);
}

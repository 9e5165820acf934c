/** Length of a message as it travels. */
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';

/** One UTF-16 unit is at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Bytes by which `text` is longer than a message may be; 0 when it fits. */
export function bytesOverLimit(text: string): number {
  // Most texts are so short that nothing needs counting at every key.
  if (text.length * MAX_BYTES_PER_UNIT <= MAX_TEXT_BYTES) return 0;
  return Math.max(0, new TextEncoder().encode(text).byteLength - MAX_TEXT_BYTES);
}

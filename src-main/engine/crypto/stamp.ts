/**
 * One total order over everything that changes state, the same on every device: the hybrid time, then the
 * author device, then the content's hash. "Last writer wins" means the highest stamp.
 */
import { addressKey, type DeviceAddress } from '../../../src-shared/ids.ts';
import { heldBack, type HybridTime } from './hybrid-clock.ts';

/** Sorts as text. The empty text comes before all others. */
export type Stamp = string & { readonly __stamp: never };

export const NO_STAMP = '' as Stamp;

const MS_DIGITS = 14;
const COUNTER_DIGITS = 8;
const DEVICE_DIGITS = 3;
/** Of the hash: enough to tell two contents of one device and one time apart. */
const HASH_BYTES = 8;

/**
 * A clock that runs ahead wins no conflict by it: a time counts for no more than the relay's time of
 * acceptance and the tolerance. `acceptedOrder` is null while no relay has accepted the content; every
 * device that receives it is told the same.
 */
export function stampOf(
  time: HybridTime,
  author: DeviceAddress,
  contentHash: Uint8Array,
  acceptedOrder: number | null,
): Stamp {
  const device = addressKey(author).padEnd(36 + 1 + DEVICE_DIGITS, ' ');
  return [
    hex(heldBack(time, acceptedOrder).ms, MS_DIGITS),
    // Of two that were both held back, the author still knows which came first.
    hex(time.ms, MS_DIGITS),
    hex(time.counter, COUNTER_DIGITS),
    device,
    Buffer.from(contentHash.subarray(0, HASH_BYTES)).toString('hex'),
  ].join(' ') as Stamp;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

export function laterStamp(a: Stamp, b: Stamp): Stamp {
  return a > b ? a : b;
}

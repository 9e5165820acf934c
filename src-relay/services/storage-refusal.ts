import type { RelayLimits } from '../limits.ts';
import { StorageError } from '../storage/storage.ts';
import { ErrorCode, Refusal } from './refusal.ts';

/** What a device is told when the storage failed its request: the same request succeeds later, or may. */
export function storageRefusal(
  error: unknown,
  limits: Pick<RelayLimits, 'storageFullRetryMs' | 'internalRetryMs'>,
): Refusal {
  if (error instanceof StorageError && error.kind === 'full') {
    return new Refusal(ErrorCode.STORAGE_FULL, error.message, limits.storageFullRetryMs);
  }
  return new Refusal(ErrorCode.INTERNAL, 'Something went wrong inside the relay.', limits.internalRetryMs);
}

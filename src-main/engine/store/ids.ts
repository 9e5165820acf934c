/** Ids between their text form and the 16-byte blobs of the store. */
import { idFromBytes, idToBytes, type AccountId, type AnyId } from '../../../src-shared/ids.ts';
import type { Blob } from './database.ts';

export function blob(id: AnyId): Blob {
  return idToBytes(id);
}

export function fromBlob<Id extends AnyId>(bytes: Blob): Id {
  return idFromBytes<Id>(bytes);
}

/** A list of accounts as one blob, 16 bytes each. */
export function joinIds(ids: readonly AccountId[]): Blob {
  return new Uint8Array(Buffer.concat(ids.map(blob)));
}

export function splitIds(bytes: Blob): readonly AccountId[] {
  return Array.from({ length: Math.floor(bytes.length / 16) }, (_, index) =>
    fromBlob<AccountId>(bytes.slice(index * 16, index * 16 + 16)),
  );
}

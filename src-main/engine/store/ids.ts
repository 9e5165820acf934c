/** Ids between their text form and the 16-byte blobs of the store. */
import { idFromBytes, idToBytes, type AnyId } from '../../../src-shared/ids.ts';
import type { Blob } from './database.ts';

export function blob(id: AnyId): Blob {
  return idToBytes(id);
}

export function fromBlob<Id extends AnyId>(bytes: Blob): Id {
  return idFromBytes<Id>(bytes);
}

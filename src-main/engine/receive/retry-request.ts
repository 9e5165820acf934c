/** The one thing that travels in the clear: "I could not read this envelope". */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { PublicKey } from '@signalapp/libsignal-client';
import { idFromBytes, idToBytes, type EnvelopeId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { failedRatchetKey, retryRequestFor, type Ciphertext } from '../crypto/ciphers.ts';
import type { Blob } from '../store/database.ts';

export interface RetryRequest {
  readonly envelopeId: EnvelopeId;
  /** The ratchet key of ours that the other side could not follow; unknown for a first message. */
  readonly ratchetKey: PublicKey | undefined;
}

/** Null when the ciphertext is so broken that nothing can be said about it. */
export function encodeRetryRequest(
  envelopeId: EnvelopeId,
  original: Ciphertext,
  sentAtMs: number,
  senderDeviceId: number,
): Blob | null {
  const plaintextContent = retryRequestFor(original, sentAtMs, senderDeviceId);
  if (plaintextContent === null) return null;
  const request = create(wire.RetryRequestSchema, { plaintextContent, envelopeId: idToBytes(envelopeId) });
  return toBinary(wire.RetryRequestSchema, request);
}

/** Null for bytes that are no retry request. */
export function parseRetryRequest(bytes: Uint8Array): RetryRequest | null {
  try {
    const request = fromBinary(wire.RetryRequestSchema, bytes);
    return {
      envelopeId: idFromBytes<EnvelopeId>(request.envelopeId),
      ratchetKey: failedRatchetKey(new Uint8Array(request.plaintextContent)),
    };
  } catch {
    return null;
  }
}

/** Contents to the padded plaintext of a ciphertext and back: batch, compress, pad. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { content } from '../../../src-shared/protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../../src-shared/protocol/limits.ts';
import { idFromBytes, idToBytes, type EnvelopeId } from '../../../src-shared/ids.ts';
import { pad, paddedLength, unpad } from './padding.ts';

/** Bytes as they travel: a serialized Content and its signature, which is empty where none is needed. */
export interface SignedBytes {
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}

/** Contents one packet may hold; DESIGN §7. */
export const MAX_CONTENTS_PER_PACKET = 10;
/** Nothing that fits a frame expands past this; a bomb is refused before it is unpacked. */
const MAX_BODY_BYTES = 2 * MAX_FRAME_BYTES;

export interface Packet {
  readonly contents: readonly SignedBytes[];
  readonly resendOf: EnvelopeId | null;
}

/** Contents to the bytes that are kept for resending. */
export function encodeBatch(contents: readonly SignedBytes[]): Uint8Array<ArrayBuffer> {
  return toBinary(
    content.ContentBatchSchema,
    create(content.ContentBatchSchema, { contents: [...contents] }),
  );
}

/** A batch to the plaintext that is encrypted. Compresses where that saves at least one bucket. */
export function encodePacket(batch: Uint8Array, resendOf: EnvelopeId | null): Uint8Array<ArrayBuffer> {
  const rest = { bodyBytes: batch.length, ...(resendOf === null ? {} : { resendOf: idToBytes(resendOf) }) };
  const plain = toBinary(
    content.PacketSchema,
    create(content.PacketSchema, { ...rest, compression: content.Compression.NONE, body: batch }),
  );
  const compressed = toBinary(
    content.PacketSchema,
    create(content.PacketSchema, {
      ...rest,
      compression: content.Compression.ZSTD,
      body: zstdCompressSync(batch),
    }),
  );
  return pad(paddedLength(compressed.length) < paddedLength(plain.length) ? compressed : plain);
}

/** Throws for anything that is not a packet within its limits. */
export function decodePacket(plaintext: Uint8Array): Packet {
  const packet = fromBinary(content.PacketSchema, unpad(plaintext));
  const batch = fromBinary(content.ContentBatchSchema, packetBody(packet));
  if (batch.contents.length === 0 || batch.contents.length > MAX_CONTENTS_PER_PACKET) {
    throw new RangeError(`a packet holds 1 to ${String(MAX_CONTENTS_PER_PACKET)} contents`);
  }
  return {
    contents: batch.contents,
    resendOf: packet.resendOf.length === 0 ? null : idFromBytes<EnvelopeId>(packet.resendOf),
  };
}

function packetBody(packet: content.Packet): Uint8Array {
  if (packet.bodyBytes > MAX_BODY_BYTES) throw new RangeError('the packet would expand too far');
  const body =
    packet.compression === content.Compression.ZSTD
      ? zstdDecompressSync(packet.body, { maxOutputLength: Math.max(packet.bodyBytes, 1) })
      : packet.body;
  if (packet.compression === content.Compression.UNSPECIFIED || body.length !== packet.bodyBytes) {
    throw new RangeError('the packet does not hold what it says');
  }
  return body;
}

import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { zstdCompressSync } from 'node:zlib';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodeBatch,
  encodePacket,
  MAX_CONTENTS_PER_PACKET,
} from '../../../src-main/engine/crypto/packet.ts';
import { pad, PADDING_BUCKET_BYTES, paddedLength, unpad } from '../../../src-main/engine/crypto/padding.ts';
import { parseId, type EnvelopeId } from '../../../src-shared/ids.ts';
import { content } from '../../../src-shared/protocol/frames.ts';

const signedBytes = fc.record({
  content: fc.uint8Array({ minLength: 1, maxLength: 1_500 }),
  signature: fc.uint8Array({ maxLength: 64 }),
});
const contents = fc.array(signedBytes, { minLength: 1, maxLength: MAX_CONTENTS_PER_PACKET });
const resendOf = fc.option(fc.constant(null).map(() => parseId<EnvelopeId>(v7())));

/** A packet as a sender could make it who does not keep to the rules. */
function packetOf(packet: MessageInitShape<typeof content.PacketSchema>): Uint8Array {
  return pad(toBinary(content.PacketSchema, create(content.PacketSchema, packet)));
}

function compressionOf(packet: Uint8Array): content.Compression {
  return fromBinary(content.PacketSchema, unpad(packet)).compression;
}

const oneContent = encodeBatch([{ content: new Uint8Array([1]), signature: new Uint8Array() }]);

describe('a packet', () => {
  it('brings back the contents, their order and what it answers', () => {
    fc.assert(
      fc.property(contents, resendOf, (batch, answered) => {
        const packet = decodePacket(encodePacket(encodeBatch(batch), answered));
        expect(packet.resendOf).toBe(answered);
        expect(packet.contents.map(({ content, signature }) => ({ content, signature }))).toEqual(batch);
      }),
      { numRuns: 50 },
    );
  });

  it('always fills whole buckets', () => {
    fc.assert(
      fc.property(contents, (batch) => {
        expect(encodePacket(encodeBatch(batch), null).length % PADDING_BUCKET_BYTES).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('is compressed exactly when that saves a bucket', () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc
        .tuple(fc.integer({ min: 1, max: 255 }), fc.nat(2_000))
        .map(([byte, n]) => new Uint8Array(n).fill(byte)),
    );
    fc.assert(
      fc.property(text, (bytes) => {
        const batch = encodeBatch([{ content: bytes, signature: new Uint8Array() }]);
        const size = (compression: content.Compression, body: Uint8Array): number => {
          const packet = create(content.PacketSchema, { compression, body, bodyBytes: batch.length });
          return paddedLength(toBinary(content.PacketSchema, packet).length);
        };
        const plain = size(content.Compression.NONE, batch);
        const compressed = size(content.Compression.ZSTD, zstdCompressSync(batch));
        const packet = encodePacket(batch, null);
        expect(packet).toHaveLength(Math.min(plain, compressed));
        expect(compressionOf(packet)).toBe(
          compressed < plain ? content.Compression.ZSTD : content.Compression.NONE,
        );
      }),
    );
  });

  it('that would unpack to more than it says is refused before it is unpacked', () => {
    const bomb = zstdCompressSync(new Uint8Array(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    for (const bodyBytes of [0, 1, 1024, 512 * 1024]) {
      const packet = packetOf({ compression: content.Compression.ZSTD, body: bomb, bodyBytes });
      expect(() => decodePacket(packet)).toThrow();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('that announces more than a frame could hold is refused, whatever it holds', () => {
    const packet = packetOf({ compression: content.Compression.NONE, body: oneContent, bodyBytes: 2 ** 31 });
    expect(() => decodePacket(packet)).toThrow(RangeError);
  });

  it('that lies about its size or its compression is refused', () => {
    const honest = { compression: content.Compression.NONE, body: oneContent, bodyBytes: oneContent.length };
    expect(decodePacket(packetOf(honest)).contents).toHaveLength(1);
    for (const lie of [
      { bodyBytes: oneContent.length - 1 },
      { bodyBytes: oneContent.length + 1 },
      { compression: content.Compression.ZSTD },
      { compression: content.Compression.UNSPECIFIED },
      { body: zstdCompressSync(oneContent) },
      { resendOf: new Uint8Array(15) },
    ]) {
      expect(() => decodePacket(packetOf({ ...honest, ...lie })), JSON.stringify(lie)).toThrow();
    }
  });

  it.each([0, MAX_CONTENTS_PER_PACKET + 1, 1_000])('with %i contents is refused', (count) => {
    const item = { content: new Uint8Array([1]), signature: new Uint8Array() };
    const batch = encodeBatch(Array.from({ length: count }, () => item));
    expect(() => decodePacket(encodePacket(batch, null))).toThrow(RangeError);
  });

  it('of any bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        for (const plaintext of [bytes, pad(bytes)]) {
          try {
            expect(decodePacket(plaintext).contents.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pad, PADDING_BUCKET_BYTES, paddedLength, unpad } from '../../../src-main/engine/crypto/padding.ts';

describe('padding', () => {
  it('gives back every length up to several buckets, zeros and marks at the end included', () => {
    for (let length = 0; length <= 4 * PADDING_BUCKET_BYTES; length++) {
      for (const last of [0x00, 0x80, 0xff]) {
        const plaintext = new Uint8Array(length).fill(last);
        expect(unpad(pad(plaintext))).toEqual(plaintext);
      }
    }
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (plaintext) => {
        expect(Buffer.from(unpad(pad(plaintext))).equals(plaintext)).toBe(true);
      }),
    );
  });

  it('shows only in which bucket of 160 bytes a plaintext ends', () => {
    expect([0, 1, 159, 160, 319, 320].map(paddedLength)).toEqual([160, 160, 160, 320, 320, 480]);
    for (let length = 0; length < PADDING_BUCKET_BYTES; length++) {
      expect(pad(new Uint8Array(length))).toHaveLength(PADDING_BUCKET_BYTES);
    }
  });

  it('refuses what nobody padded', () => {
    const unmarked = fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(200))
      .map(([bytes, zeros]) => new Uint8Array([...bytes, ...new Uint8Array(zeros)]))
      .filter((bytes) => bytes.findLast((byte) => byte !== 0) !== 0x80);
    fc.assert(
      fc.property(unmarked, (bytes) => {
        expect(() => unpad(bytes)).toThrow(RangeError);
      }),
    );
  });
});

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ciphertextBytes } from '../../../src-main/engine/attachments/file-format.ts';
import { safeFileName, safeMediaType } from '../../../src-main/engine/attachments/file-name.ts';
import { fromWire, toWire } from '../../../src-main/engine/attachments/pointer.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { present } from '../../support/engine/sharing.ts';
import { MAX_FILE_BYTES } from '../../../src-shared/protocol/limits.ts';

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const pointer = { blobId: bytes(1), key: bytes(2), sizeBytes: 1000, digest: bytes(3) };
const whole = {
  pointer,
  mediaType: 'image/png',
  fileName: 'cat.png',
  width: 640,
  height: 480,
  blurHash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  thumbnail: { pointer: { ...pointer, blobId: bytes(4) }, width: 64, height: 48 },
};

describe('an attachment on the wire', () => {
  it('has the bytes that the protocol says, and comes back as it was', () => {
    const sent = toBinary(wire.AttachmentSchema, toWire(whole));
    expect(Buffer.from(sent).toString('hex')).toMatchInlineSnapshot(
      `"0a6c0a2001010101010101010101010101010101010101010101010101010101010101011220020202020202020202020202020202020202020202020202020202020202020218e8072088082a2003030303030303030303030303030303030303030303030303030303030303031209696d6167652f706e671a076361742e706e6720800528e003321c4c454856366e574232796b3870796f306164522a2e376b434d646e6a3a720a6c0a2004040404040404040404040404040404040404040404040404040404040404041220020202020202020202020202020202020202020202020202020202020202020218e8072088082a20030303030303030303030303030303030303030303030303030303030303030310401830"`,
    );
    expect(fromWire(fromBinary(wire.AttachmentSchema, sent))).toEqual(whole);
  });

  it.each<[string, Partial<wire.Blob>]>([
    ['no possible size', { size: 2n ** 64n - 1n }],
    [
      'more than a file may have',
      { size: BigInt(MAX_FILE_BYTES) + 1n, ciphertextSize: BigInt(ciphertextBytes(MAX_FILE_BYTES + 1)) },
    ],
    ['another ciphertext size', { ciphertextSize: 999n }],
    ['a huge ciphertext size', { ciphertextSize: 2n ** 63n }],
    ['a short key', { key: bytes(2, 16) }],
    ['no key', { key: new Uint8Array() }],
    ['a long blob id', { blobId: bytes(1, 64) }],
    ['a short digest', { digest: bytes(3, 31) }],
  ])('with %s is none', (_, change) => {
    const sent = toWire(whole);
    expect(fromWire({ ...sent, blob: { ...present(sent.blob), ...change } })).toBeNull();
    const small = { ...present(sent.thumbnail), blob: { ...present(sent.blob), ...change } };
    expect(fromWire({ ...sent, thumbnail: small })?.thumbnail).toBeNull();
  });

  it('loses what cannot be of its picture, and a thumbnail that is no small one', () => {
    const sent = toWire(whole);
    expect(fromWire({ ...sent, width: 4_000_000_000 })).toMatchObject({ width: 0, height: 0 });
    expect(fromWire({ ...sent, blurHash: '<script>' })).toMatchObject({ blurHash: '' });
    const blob = toWire({ ...whole, pointer: { ...pointer, sizeBytes: 1_000_000 } }).blob;
    expect(
      fromWire({ ...sent, thumbnail: { ...present(sent.thumbnail), blob: present(blob) } })?.thumbnail,
    ).toBeNull();
  });

  it('never throws, whatever it says', () => {
    const size = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const some = fc.uint8Array({ maxLength: 40 });
    const blob = fc.record({ blobId: some, key: some, size, ciphertextSize: size, digest: some });
    fc.assert(
      fc.property(
        fc.record({
          blob,
          mediaType: fc.string(),
          fileName: fc.string({ unit: 'binary' }),
          width: fc.nat(),
          height: fc.nat(),
          blurHash: fc.string(),
        }),
        (init) => {
          const parsed = fromWire(create(wire.AttachmentSchema, init));
          return parsed === null || parsed.pointer.sizeBytes <= MAX_FILE_BYTES;
        },
      ),
    );
  });
});

describe('a file name', () => {
  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\system.ini', 'C__Windows_system.ini'],
    ['photo\u202Egpj.exe', 'photo_gpj.exe'],
    ['a\u0000b\nc', 'a_b_c'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['  .hidden.  ', 'hidden'],
    ['...', 'file'],
    ['', 'file'],
    ['Überraschung.pdf', 'Überraschung.pdf'],
  ])('%j is kept as %j', (name, kept) => {
    expect(safeFileName(name)).toBe(kept);
  });

  it('keeps its extension when it is cut', () => {
    const name = safeFileName(`${'ü'.repeat(300)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name.endsWith('ü.jpeg')).toBe(true);
  });

  it('is safe, whatever it was, and stays what it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 400 })),
        (name) => {
          const safe = safeFileName(name);
          // eslint-disable-next-line no-control-regex -- they are what must be gone
          expect(safe).not.toMatch(/[/\\:\u0000-\u001f\u202a-\u202e\u2066-\u2069]|^\.|[. ]$/);
          expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
          expect(safe.length).toBeGreaterThan(0);
          expect(safeFileName(safe)).toBe(safe);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a media type', () => {
  it.each(['', 'text', 'text/html; charset=x', 'TEXT/HTML', 'a/b/c', 'x\n/y', `${'a'.repeat(100)}/b`])(
    '%j is none',
    (type) => {
      expect(safeMediaType(type)).toBe('application/octet-stream');
    },
  );
});

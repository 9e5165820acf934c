import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  chunkCount,
  chunkPlace,
  ciphertextBytes,
  fileHeader,
  openChunk,
  sealChunk,
  sealedChunk,
} from '../../../src-main/engine/attachments/file-format.ts';
import { FileFolder, type FilePointer } from '../../../src-main/engine/attachments/file-folder.ts';
import {
  FILE_CHUNK_BYTES,
  MAX_CIPHERTEXT_FILE_BYTES,
  MAX_FILE_BYTES,
} from '../../../src-shared/protocol/limits.ts';

const root = mkdtempSync(join(tmpdir(), 'kith-format-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
const folder = new FileFolder(root);

/** Three chunks, the last one short. */
const SIZE = 2 * FILE_CHUNK_BYTES + 1000;
const plain = Buffer.alloc(SIZE, 'the same bytes every time, ');

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function readAll(pointer: FilePointer, name: string, start?: number, length?: number): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const piece of folder.decrypt(name, pointer, start, length)) read.push(piece);
  return Buffer.concat(read);
}

async function encrypted(name: string): Promise<{ pointer: FilePointer; bytes: Buffer; chunks: Buffer[] }> {
  const pointer = await folder.encrypt(name, pieces(plain, 100_000));
  const bytes = readFileSync(folder.path(name));
  const chunks = [0, 1, 2].map((index) => {
    const { offset, bytes: length } = sealedChunk(index, SIZE);
    return bytes.subarray(offset, offset + length);
  });
  return { pointer, bytes, chunks };
}

const damaged = { code: 'file-damaged' };

describe('the format of an encrypted file', () => {
  it('has the bytes that the protocol says', () => {
    const key = new Uint8Array(32).map((_, index) => index);
    const header = fileHeader(new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
    const first = sealChunk(key, header, { index: 0, position: 'inner' }, Buffer.from('Hello, '));
    const last = sealChunk(key, header, { index: 1, position: 'last' }, Buffer.from('world'));
    expect([header, first, last].map((bytes) => bytes.toString('hex'))).toMatchInlineSnapshot(`
      [
        "4b495448460112000001020304050607",
        "5e3eadc1cc2965725cf37a53927021b85b0c908114e5f8",
        "52c006b877e2382fd01b254b5168e62dca1a11ba4e",
      ]
    `);
  });

  it('adds a header and a tag a chunk', () => {
    expect([0, 1, FILE_CHUNK_BYTES, FILE_CHUNK_BYTES + 1].map(ciphertextBytes)).toEqual([
      32, 33, 262_176, 262_193,
    ]);
    expect(ciphertextBytes(MAX_FILE_BYTES)).toBe(MAX_CIPHERTEXT_FILE_BYTES);
  });

  it('gives any range the bytes that the whole has', async () => {
    const { pointer } = await encrypted('ranges');
    expect(pointer.digest).toEqual(createHash('sha256').update(plain).digest());
    expect(await readAll(pointer, 'ranges')).toEqual(plain);
    await fc.assert(
      fc.asyncProperty(fc.nat(SIZE + 10), fc.nat(SIZE + 10), async (start, length) => {
        const part = await readAll(pointer, 'ranges', start, length);
        expect(part.equals(plain.subarray(start, start + length))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same whatever pieces the source comes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 600_000 }), async (size) => {
        const pointer = await folder.encrypt('pieces', pieces(plain, size));
        expect(pointer.sizeBytes).toBe(SIZE);
        expect((await readAll(pointer, 'pieces')).equals(plain)).toBe(true);
        const sealed = readFileSync(folder.path('pieces'));
        expect(createHash('sha256').update(sealed).digest().equals(Buffer.from(pointer.blobId))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('is refused when any bit is another', async () => {
    const { pointer, bytes } = await encrypted('bits');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(40),
          fc.nat(bytes.length - 1),
          fc.integer({ min: bytes.length - 20, max: bytes.length - 1 }),
        ),
        fc.nat(7),
        async (at, bit) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ (1 << bit);
          writeFileSync(folder.path('bits'), changed);
          await expect(readAll(pointer, 'bits')).rejects.toMatchObject(damaged);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused when chunks are dropped, swapped, repeated, cut or added, whatever size is claimed', async () => {
    const { pointer, bytes, chunks } = await encrypted('chunks');
    const [first, second, last] = chunks as [Buffer, Buffer, Buffer];
    const header = bytes.subarray(0, 16);
    const others: [string, Buffer[]][] = [
      ['swapped', [second, first, last]],
      ['repeated', [first, first, last]],
      ['first dropped', [second, last]],
      ['last dropped', [first, second]],
      ['only the last', [last]],
      ['nothing', []],
      ['added', [first, second, last, last]],
      ['a byte cut', [first, second, last.subarray(0, -1)]],
      ['a byte added', [first, second, last, Buffer.from([0])]],
    ];
    for (const [what, rest] of others) {
      const changed = Buffer.concat([header, ...rest]);
      writeFileSync(folder.path('chunks'), changed);
      const claims = [SIZE, SIZE - FILE_CHUNK_BYTES, 2 * FILE_CHUNK_BYTES, SIZE - 1, SIZE + 1, 1000, 0];
      for (const sizeBytes of claims) {
        await expect(
          readAll({ ...pointer, sizeBytes }, 'chunks'),
          `${what}, ${String(sizeBytes)}`,
        ).rejects.toMatchObject(damaged);
      }
    }
  });

  it('opens no chunk at another place, nor under another header or key', () => {
    const key = new Uint8Array(32).fill(1);
    const header = fileHeader(new Uint8Array(7).fill(2));
    const sealed = sealChunk(key, header, { index: 3, position: 'inner' }, Buffer.from('text'));
    expect(openChunk(key, header, { index: 3, position: 'inner' }, sealed).toString()).toBe('text');
    for (const open of [
      () => openChunk(key, header, { index: 4, position: 'inner' }, sealed),
      () => openChunk(key, header, { index: 3, position: 'last' }, sealed),
      () => openChunk(key, fileHeader(new Uint8Array(7)), { index: 3, position: 'inner' }, sealed),
      () => openChunk(new Uint8Array(32), header, { index: 3, position: 'inner' }, sealed),
      () => openChunk(key, header, { index: 3, position: 'inner' }, sealed.subarray(0, 5)),
    ]) {
      expect(open).toThrow(expect.objectContaining(damaged));
    }
  });

  it('marks exactly the last chunk', () => {
    fc.assert(
      fc.property(fc.nat(10 * FILE_CHUNK_BYTES), (size) => {
        const places = Array.from(
          { length: chunkCount(size) },
          (_, index) => chunkPlace(index, size).position,
        );
        return places.at(-1) === 'last' && places.indexOf('last') === places.length - 1;
      }),
    );
  });
});

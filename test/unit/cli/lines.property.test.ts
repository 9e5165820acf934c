import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../src-main/cli/lines.ts';
import { KithError } from '../../../src-shared/errors.ts';

const MAX_LINE_BYTES = 1024 * 1024;

/** Lines as they come out; too long ones as null. */
async function linesOf(chunks: Iterable<Uint8Array>, signal = new AbortController().signal) {
  const lines: (string | null)[] = [];
  for await (const line of readLines(Readable.from(chunks, { objectMode: false }), signal)) {
    lines.push(line instanceof KithError ? null : line);
  }
  return lines;
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at]
    .map((from, index) => bytes.subarray(from, at[index] ?? bytes.length))
    .filter((chunk) => chunk.length > 0);
}

describe('lines of standard input', () => {
  it('are the same, however the bytes were cut', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        expect(await linesOf(cut(bytes, places))).toEqual(lines.map((text) => text.toWellFormed()));
      }),
    );
  });

  it('count without a line end at the end of the stream', async () => {
    expect(await linesOf([Buffer.from('one\ntwo')])).toEqual(['one', 'two']);
    expect(await linesOf([])).toEqual([]);
  });

  it('that are too long are reported once and skipped, however the bytes were cut', async () => {
    const size = fc.constantFrom(10, MAX_LINE_BYTES, MAX_LINE_BYTES + 1, 2 * MAX_LINE_BYTES);
    const places = fc.array(fc.nat(8 * MAX_LINE_BYTES), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 3 }), places, async (sizes, at) => {
        const bytes = Buffer.concat(sizes.map((bytes) => Buffer.from(`${'x'.repeat(bytes)}\n`)));
        const read = (await linesOf(cut(bytes, at))).map((line) => line?.length ?? null);
        expect(read).toEqual(sizes.map((bytes) => (bytes > MAX_LINE_BYTES ? null : bytes)));
      }),
      { numRuns: 25 },
    );
  });

  it('end when they are told to stop, also before the first one came', async () => {
    const stopped = new AbortController();
    const silent = new Readable({ read: () => undefined });
    const reading = readLines(silent, stopped.signal).next();
    stopped.abort();
    expect(await reading).toEqual({ done: true, value: undefined });
    expect(await readLines(silent, stopped.signal).next()).toEqual({ done: true, value: undefined });
    silent.destroy();
  });
});

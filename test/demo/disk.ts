import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DiskSearch {
  readonly files: number;
  readonly bytes: number;
  /** How many of the texts stand in any of the files, in UTF-8 or UTF-16. */
  readonly found: number;
  /** Some bytes from the middle of the largest file. */
  readonly sample: string;
}

const SAMPLE_BYTES = 24;

/** Looks through every byte of every file in a folder for texts. */
export function searchFolder(folder: string, texts: readonly string[]): DiskSearch {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const found = texts.filter((text) =>
    files.some((bytes) => bytes.includes(Buffer.from(text)) || bytes.includes(Buffer.from(text, 'utf16le'))),
  ).length;
  const largest = files.reduce((a, b) => (b.length > a.length ? b : a), Buffer.alloc(0));
  const middle = Math.floor(largest.length / 2);
  return {
    files: files.length,
    bytes: files.reduce((total, bytes) => total + bytes.length, 0),
    found,
    sample: largest
      .subarray(middle, middle + SAMPLE_BYTES)
      .toString('hex')
      .replace(/../g, '$& ')
      .trim(),
  };
}

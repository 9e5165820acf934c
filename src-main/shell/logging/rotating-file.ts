/** A log file that never grows past its bound: when it is full it becomes `.1`, and the one before it goes. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotatingFileOptions {
  readonly path: string;
  readonly maxBytes: number;
}

/** Writes at once, so that the last lines before a crash are there. Takes whole lines, as pino gives them. */
export class RotatingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #handle: number;
  #sizeBytes: number;

  constructor({ path, maxBytes }: RotatingFileOptions) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#handle = openSync(path, 'a', 0o600);
    this.#sizeBytes = fstatSync(this.#handle).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (this.#sizeBytes + bytes.length > this.#maxBytes && this.#sizeBytes > 0) this.#rotate();
      writeSync(this.#handle, bytes);
      this.#sizeBytes += bytes.length;
    } catch {
      // A full disk must not take the application down for the sake of its log; there is nowhere to say so.
    }
  }

  close(): void {
    closeSync(this.#handle);
  }

  #rotate(): void {
    closeSync(this.#handle);
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } finally {
      this.#handle = openSync(this.#path, 'a', 0o600);
    }
    this.#sizeBytes = 0;
  }
}

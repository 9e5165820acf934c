/** Replacing a small file as a whole, so that there is always one that is whole. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KithError } from '../../../src-shared/errors.ts';

/**
 * Write, sync, rename, sync the folder: after a crash there is the old file or the new one. Throws
 * `disk-full`; then the file is as it was.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  try {
    replace(path, typeof content === 'string' ? Buffer.from(content) : content);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    throw new KithError('disk-full', 'The disk is full. Free some space and try again.', { cause: error });
  }
}

function replace(path: string, content: Uint8Array): void {
  const next = `${path}.next`;
  const handle = openSync(next, 'w', 0o600);
  try {
    for (let written = 0; written < content.length;) {
      written += writeSync(handle, content, written);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, path);
  if (process.platform !== 'win32') {
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}

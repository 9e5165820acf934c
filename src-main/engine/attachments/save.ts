/** The plaintext of a file to a place a person chose: whole or not at all. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KithError } from '../../../src-shared/errors.ts';
import { diskErrors, syncFolder, type FileFolder } from './file-folder.ts';
import type { LocalFile } from './repository.ts';

/** Throws `file-exists`, `file-unreadable` for a place that cannot be written, `file-damaged`, `disk-full`. */
export async function saveFile(
  folder: FileFolder,
  file: LocalFile,
  path: string,
  existing: 'keep' | 'overwrite',
): Promise<void> {
  if (existing === 'keep' && (await exists(path))) throw fileExists(path);
  const temporary = join(dirname(path), `.kith-${randomUUID()}.part`);
  try {
    await write(folder, file, temporary);
    if (existing === 'overwrite') await rename(temporary, path);
    else await place(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof KithError || !(error instanceof Error && 'code' in error)) throw error;
    throw new KithError('file-unreadable', `"${basename(path)}" cannot be written there.`, { cause: error });
  }
}

async function write(folder: FileFolder, file: LocalFile, temporary: string): Promise<void> {
  const target = await diskErrors(open(temporary, 'wx', 0o600));
  try {
    for await (const piece of folder.decrypt(file.name, file.pointer))
      await diskErrors(target.appendFile(piece));
    await diskErrors(target.sync());
  } finally {
    await target.close();
  }
}

/** A link fails where a rename would replace; some file systems have no links. */
async function place(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || (await exists(path))) throw fileExists(path);
    await rename(temporary, path);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function fileExists(path: string): KithError {
  return new KithError('file-exists', `There is a file "${basename(path)}" already.`);
}

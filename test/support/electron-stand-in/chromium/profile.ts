import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Profile {
  readonly folder: string;
  remove(): void;
}

const PREFIX = 'kith-stand-in-';

/** Whether a process of this id is running. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function removeFolder(folder: string): void {
  // Chromium's children may still be writing for a moment after they were killed.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

/** A fresh profile folder. Folders of processes that were killed before they could tidy up are removed first. */
export function temporaryProfile(): Profile {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && !isRunning(pid)) removeFolder(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${String(process.pid)}-`));
  return { folder, remove: () => removeFolder(folder) };
}

/** The profile of windowed mode stays between runs, beside the app's own data. */
export function lastingProfile(userData: string): Profile {
  const folder = join(userData, 'stand-in-chromium');
  mkdirSync(folder, { recursive: true });
  return { folder, remove: () => undefined };
}

/** A disk of a few megabytes that a test can fill. */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../relay/relays.ts';

export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): void;
  free(): void;
}

/** A reason where this machine does not allow it. */
export function mountSmallDisk(cleanup: Cleanup, sizeBytes: number): SmallDisk | { readonly reason: string } {
  if (process.platform !== 'linux') return { reason: 'a small disk needs tmpfs' };
  const folder = cleanup.folder();
  try {
    const size = `size=${String(sizeBytes)},mode=700`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    return { reason: `mount is not allowed: ${String(error)}` };
  }
  cleanup.add(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, new Uint8Array(bavail * bsize));
    },
    free() {
      rmSync(ballast);
    },
  };
}

/** The app as it ships is what is tested: built once, and again when its sources have changed. */
import { spawnSync } from 'node:child_process';
import { ROOT } from './host.ts';

let isBuilt = false;

export function buildWhenStale(): void {
  if (isBuilt) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-when-stale.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the app could not be built:\n${stderr}`);
  isBuilt = true;
}

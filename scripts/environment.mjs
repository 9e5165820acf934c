/**
 * What every script needs before anything else: the packages, and the Node they are meant for. Runs on
 * whatever Node the system has, from version 20 on, with nothing but Node's own modules.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needsShell, packagedNode } from './packaged-node.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isWindows = process.platform === 'win32';

const MIN_SYSTEM_NODE = 20;
/** The Node that Electron 45 embeds. The store's native module dies without a word on older ones. */
const NEEDED_NODE = 24;

/** Ends the process with a plain sentence when the system's Node is too old to even install with. */
export function requireSystemNode() {
  if (majorOf(process.versions.node) >= MIN_SYSTEM_NODE) return;
  console.error(
    `Kith needs Node ${MIN_SYSTEM_NODE} or newer to install itself; this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/** Installs the packages where they are missing or older than the lock file says. */
export function ensureInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (isCurrent) return;
  console.error('Installing packages …');
  execFileSync(isWindows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  });
}

/** Path of a Node that can run Kith: the packaged one, or this one. Ends the process when there is none. */
export function findNode() {
  const packaged = packagedNode(root);
  if (packaged !== null) return packaged;
  if (majorOf(process.versions.node) >= NEEDED_NODE) return process.execPath;
  console.error(
    `There is no packaged Node for ${process.platform} on ${process.arch}. Install Node ${NEEDED_NODE} and run this again.`,
  );
  process.exit(1);
}

/** Runs a program with the packages' programs first on the path; resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const isScript = needsShell(command);
    const child = spawn(isScript ? `"${command}"` : command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: isScript,
      ...options,
      env: { ...process.env, ...options.env, PATH: withPackages() },
    });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** A program that one of the packages brings, run on the right Node. */
export function runPackaged(program, args, options = {}) {
  return run(join(root, 'node_modules', '.bin', isWindows ? `${program}.cmd` : program), args, options);
}

function withPackages() {
  const separator = isWindows ? ';' : ':';
  return [join(root, 'node_modules', '.bin'), process.env.PATH].join(separator);
}

function majorOf(version) {
  return Number(version.split('.')[0]);
}

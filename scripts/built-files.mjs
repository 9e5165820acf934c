/** Whether out/ is what the sources say, and making it so. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './environment.mjs';

const SOURCES = [
  'src-main',
  'src-preload',
  'src-relay',
  'src-renderer',
  'src-shared',
  'electron.vite.config.ts',
  'vite.cli.config.ts',
  'package-lock.json',
];
const PRODUCTS = [
  'out/main/main.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/cli/kith.js',
];

/** Ends the process when the build fails: what is in out/ then is not what the sources say. */
export async function buildWhenStale(node) {
  if (!isStale()) return;
  console.error('Building …');
  const code = await run(node, ['scripts/build.mjs']);
  if (code === 0) return;
  console.error('Kith could not be built; the lines above say why.');
  process.exit(code);
}

function isStale() {
  const products = PRODUCTS.map((path) => join(root, path));
  if (!products.every((path) => existsSync(path))) return true;
  const builtMs = Math.min(...products.map((path) => statSync(path).mtimeMs));
  return SOURCES.some((path) => newestMs(join(root, path)) > builtMs);
}

function newestMs(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path, { recursive: true })
    .map((name) => statSync(join(path, name)).mtimeMs)
    .reduce((newest, candidate) => Math.max(newest, candidate), 0);
}

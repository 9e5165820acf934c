import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const source = (path: string): string => resolve(import.meta.dirname, path);
const OUT = source('out/cli');
const COMMANDS = { kith: 'src-main/cli/kith.ts', 'kith-relay': 'src-relay/main.ts' };

/** A command is a file that can be run by its name. */
function executables(): Plugin {
  return {
    name: 'kith-executables',
    writeBundle() {
      for (const name of Object.keys(COMMANDS)) chmodSync(`${OUT}/${name}.js`, 0o755);
    },
  };
}

/** The command-line programs, for Node 24 and the packages of node_modules. */
export default defineConfig({
  plugins: [executables()],
  build: {
    ssr: true,
    target: 'node24',
    outDir: OUT,
    emptyOutDir: true,
    rolldownOptions: {
      input: Object.fromEntries(Object.entries(COMMANDS).map(([name, path]) => [name, source(path)])),
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});

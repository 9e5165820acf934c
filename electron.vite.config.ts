/* eslint-disable @typescript-eslint/no-deprecated -- electron-vite 6 looks for its inputs under the old name */
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const source = (path: string): string => resolve(import.meta.dirname, path);

export default defineConfig(({ mode }) => {
  const sourcemap = mode === 'development';
  return {
    main: {
      build: {
        outDir: 'out/main',
        sourcemap,
        rollupOptions: {
          input: {
            main: source('src-main/main.ts'),
            engine: source('src-main/engine/worker.ts'),
            relay: source('src-main/relay-entry.ts'),
          },
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
        },
      },
    },
    preload: {
      build: {
        outDir: 'out/preload',
        sourcemap,
        // A sandboxed preload can load nothing: everything is in the one file.
        externalizeDeps: false,
        rollupOptions: {
          input: { preload: source('src-preload/preload.ts') },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    renderer: {
      root: source('src-renderer'),
      plugins: [react()],
      build: {
        outDir: source('out/renderer'),
        emptyOutDir: true,
        sourcemap,
        // The content security policy has no place for scripts and fonts in data: addresses.
        assetsInlineLimit: 0,
        minify: mode !== 'development',
        modulePreload: { polyfill: false },
        rollupOptions: { input: source('src-renderer/index.html') },
      },
    },
  };
});

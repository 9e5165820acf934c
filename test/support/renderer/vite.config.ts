/** Builds or serves the real interface with the scripted bridge in front of it. Never part of a release. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('../../../src-renderer/', import.meta.url));
const entry = fileURLToPath(new URL('entry.ts', import.meta.url));

/** Module scripts run in their order, so the bridge is there when the interface starts. */
function scriptedBridge(): Plugin {
  return {
    name: 'scripted-bridge',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.replace('<script type="module"', `<script type="module" src="/@fs${entry}"></script>\n    $&`),
    },
  };
}

export default defineConfig({
  root,
  base: './',
  plugins: [react(), scriptedBridge()],
  // The content security policy allows no `data:` fonts.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    chunkSizeWarningLimit: 2000,
  },
  server: { fs: { allow: [fileURLToPath(new URL('../../../', import.meta.url))] } },
});

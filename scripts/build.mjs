/** Builds the app, the command line and the relay into out/. */
import { ensureInstalled, requireSystemNode, runPackaged } from './environment.mjs';

requireSystemNode();
ensureInstalled();
process.exitCode =
  (await runPackaged('electron-vite', ['build', '--logLevel', 'warn'])) ||
  (await runPackaged('vite', ['build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']));

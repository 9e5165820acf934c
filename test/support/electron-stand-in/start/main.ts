import { open as openInspector } from 'node:inspector';
import { createRequire, registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NotInStandIn, strict } from '../api/strict.ts';
import { composeElectron } from './compose.ts';
import { findApp, readArguments } from './command-line.ts';

/** `process` as the main process of Electron has it. */
function dressProcess(executable: string): void {
  const standInRequire = createRequire(import.meta.url);
  const { version } = standInRequire('electron/package.json') as { version: string };
  const fields = {
    execPath: executable,
    type: 'browser',
    defaultApp: true,
    resourcesPath: join(import.meta.dirname, '..', 'resources'),
  };
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: true });
  }
  // Node's own object is frozen. The stand-in never asks Chromium for its version: apps show it, they do not use it.
  const versions = { ...process.versions, electron: version, chrome: 'stand-in' };
  Object.defineProperty(process, 'versions', {
    value: Object.freeze(versions),
    configurable: true,
    enumerable: true,
  });
}

function hookElectron(electron: object): void {
  Object.defineProperty(globalThis, Symbol.for('kith.electron-stand-in'), { value: electron });
  const shim = pathToFileURL(join(import.meta.dirname, 'electron.cjs')).href;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'electron' || specifier === 'electron/main') {
        return { url: shim, format: 'commonjs', shortCircuit: true };
      }
      if (specifier === 'electron/renderer') throw new NotInStandIn('electron/renderer in the main process');
      return next(specifier, context);
    },
  });
}

/** Runs an app: `args` are those after the executable, as Electron gets them. */
export async function run(executable: string, args: readonly string[]): Promise<void> {
  const options = readArguments(args);
  const { main, identity } = findApp(options.file);
  const nodeExecutable = process.execPath;
  dressProcess(executable);
  process.argv = [executable, ...args];
  const { electron, record, chromiumPid, start } = composeElectron({ identity, argv: args, nodeExecutable });
  hookElectron({ electron: strict('electron', electron), record, chromiumPid });
  // Node prints the address that Playwright waits for.
  if (options.inspectPort !== undefined) openInspector(options.inspectPort);
  const appRequire = createRequire(join(process.cwd(), 'from-command-line.js'));
  for (const module of options.required) appRequire(resolve(module));
  // Node would end without a word to the app; Electron quits.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => electron.app.quit());
  // The main module decides folders and switches, so Chromium starts when it has been loaded; `ready` comes after.
  await import(pathToFileURL(main).href);
  await start();
}

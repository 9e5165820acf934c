import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AppIdentity } from '../api/app.ts';

export interface StartOptions {
  /** Modules of `-r`, loaded before the app. */
  readonly required: readonly string[];
  readonly inspectPort: number | undefined;
  /** The app's folder or its main file. */
  readonly file: string;
}

/** Reads the arguments as Electron's default app does: up to the first that is no option. */
export function readArguments(args: readonly string[]): StartOptions {
  const required: string[] = [];
  let inspectPort: number | undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '-r' || arg === '--require') {
      index++;
      const module = args[index];
      if (module !== undefined) required.push(module);
    } else if (arg.startsWith('--inspect')) {
      inspectPort = Number(arg.split('=')[1] ?? 9229);
    } else if (arg.startsWith('--app=')) {
      return { required, inspectPort, file: arg.slice('--app='.length) };
    } else if (!arg.startsWith('-')) {
      return { required, inspectPort, file: arg };
    }
  }
  throw new Error(
    'usage: electron [-r module] [options] <folder of the app, or its main file> [arguments of the app]',
  );
}

interface Manifest {
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
  readonly main?: string;
}

/** Where the app begins and what it is called. */
export function findApp(file: string): { readonly main: string; readonly identity: AppIdentity } {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`Unable to find Electron app at ${path}`);
  const isFolder = statSync(path).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const manifestFile = join(folder, 'package.json');
  const manifest = existsSync(manifestFile)
    ? (JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest)
    : {};
  const main = isFolder ? join(path, manifest.main ?? 'index.js') : path;
  const name = manifest.productName ?? manifest.name ?? 'Electron';
  return { main, identity: { name, version: manifest.version ?? '0.0.0', path: folder } };
}

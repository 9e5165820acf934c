/** What the tests run in: real Electron where its binary is present, the stand-in everywhere else. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

export const ROOT = join(import.meta.dirname, '../../..');
const PACKAGE = join(ROOT, 'node_modules/electron');
const STAND_IN = join(ROOT, 'test/support/electron-stand-in');

function hasElectron(): boolean {
  const pathFile = join(PACKAGE, 'path.txt');
  return existsSync(pathFile) && existsSync(join(PACKAGE, 'dist', readFileSync(pathFile, 'utf8').trim()));
}

const HOST = hasElectron() ? 'electron' : 'stand-in';

/** Before Playwright asks the package for its executable: `electron/index.js` reads it in this process. */
export function chooseHost(): void {
  if (HOST === 'stand-in') process.env['ELECTRON_OVERRIDE_DIST_PATH'] = STAND_IN;
}

/** Electron brings its browser; the stand-in needs one, and says elsewhere why there is none. */
const cannotRun = HOST === 'stand-in' && process.env['KITH_SKIP_BROWSER'] !== undefined;

/** `describe` for tests that open the app. */
export const describeApp: (name: string, tests: () => void) => void = describe.skipIf(cannotRun);

console.log(`end-to-end tests in ${HOST === 'electron' ? 'Electron' : 'the Electron stand-in'}`);

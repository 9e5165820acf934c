import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** No Chromium where one usually is. */
class ChromiumNotFound extends Error {
  override readonly name = 'ChromiumNotFound';

  constructor(looked: readonly string[]) {
    super(
      'The Electron stand-in shows windows in Chromium, Chrome or Edge, and none was found. ' +
        `Install one, or set KITH_CHROMIUM to its executable. Looked at: ${looked.join(', ')}`,
    );
  }
}

function usualPlaces(env: NodeJS.ProcessEnv): string[] {
  switch (process.platform) {
    case 'darwin':
      return ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
        (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
      );
    case 'win32': {
      const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
        (root) => root !== undefined,
      );
      const names = [
        'Chromium/Application/chrome.exe',
        'Google/Chrome/Application/chrome.exe',
        'Microsoft/Edge/Application/msedge.exe',
      ];
      return roots.flatMap((root) => names.map((name) => join(root, name)));
    }
    default: {
      const folders = [
        '/usr/bin',
        '/usr/local/bin',
        '/snap/bin',
        '/opt/google/chrome',
        '/opt/microsoft/msedge',
      ];
      const names = [
        'chromium',
        'chromium-browser',
        'google-chrome',
        'google-chrome-stable',
        'chrome',
        'microsoft-edge',
        'msedge',
      ];
      return folders.flatMap((folder) => names.map((name) => join(folder, name)));
    }
  }
}

/** @throws ChromiumNotFound */
export function findChromium(env: NodeJS.ProcessEnv): string {
  const chosen = env['KITH_CHROMIUM'];
  const places = chosen === undefined || chosen === '' ? usualPlaces(env) : [chosen];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new ChromiumNotFound(places);
  return found;
}

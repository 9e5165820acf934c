/* global fetch, AbortSignal */
/** What the app can be opened in: Electron where its binary is or can be fetched, otherwise a browser. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './environment.mjs';
import { needsShell } from './packaged-node.mjs';

const PACKAGE = join(root, 'node_modules', 'electron');
const STAND_IN = join(root, 'test', 'support', 'electron-stand-in');
const isWindows = process.platform === 'win32';

/** Where Electron's installer looks; when nobody answers there, it would wait for minutes. */
const DOWNLOADS = 'https://github.com/electron/electron/releases';
const REACHABLE_TIMEOUT_MS = 4_000;
/** About 110 MB, on a slow line. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** `kind` is `electron`, `stand-in` or `none`; then `missing` says what to install. */
export async function findElectron(node) {
  const present = electronExecutable();
  if (present !== null) return electron(present);
  if (await canDownload()) {
    console.error('Fetching Electron (about 110 MB, once) …');
    await install(node);
  }
  const fetched = electronExecutable();
  if (fetched !== null) return electron(fetched);
  if (browser() !== undefined) {
    return {
      kind: 'stand-in',
      executable: join(STAND_IN, isWindows ? 'electron.cmd' : 'electron'),
      needsShell: isWindows,
      env: { KITH_STAND_IN_WINDOWED: '1' },
    };
  }
  return {
    kind: 'none',
    missing:
      'Kith needs something to open its window in. Either let it fetch Electron:\n' +
      '  node node_modules/electron/install.js     (it downloads from github.com)\n' +
      'or install a browser for the trial mode: Chromium, Google Chrome or Microsoft Edge, version 141 or later.\n' +
      'Where one is in an unusual place, set KITH_CHROMIUM to its executable.',
  };
}

function electron(executable) {
  return { kind: 'electron', executable, needsShell: false, env: {} };
}

/** The binary that the package has fetched, or null. */
function electronExecutable() {
  const pathFile = join(PACKAGE, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const executable = join(PACKAGE, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : null;
}

async function canDownload() {
  // A mirror or a proxy was set up on purpose.
  if (process.env.ELECTRON_MIRROR || process.env.HTTPS_PROXY || process.env.https_proxy) return true;
  try {
    await fetch(DOWNLOADS, { method: 'HEAD', signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Electron's own installer. That it did not work shows in what is not there. */
function install(node) {
  return new Promise((resolve) => {
    const installer = spawn(node, [join(PACKAGE, 'install.js')], {
      cwd: root,
      stdio: 'ignore',
      shell: needsShell(node),
      timeout: INSTALL_TIMEOUT_MS,
    });
    installer.once('error', resolve);
    installer.once('close', resolve);
  });
}

function browser() {
  const chosen = process.env.KITH_CHROMIUM;
  return (chosen ? [chosen] : usualPlaces()).find((path) => existsSync(path));
}

function usualPlaces() {
  switch (process.platform) {
    case 'darwin':
      return ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
        (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
      );
    case 'win32':
      return [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
        .filter((folder) => folder !== undefined)
        .flatMap((folder) =>
          [
            'Chromium/Application/chrome.exe',
            'Google/Chrome/Application/chrome.exe',
            'Microsoft/Edge/Application/msedge.exe',
          ].map((path) => join(folder, path)),
        );
    default:
      return [
        '/usr/bin',
        '/usr/local/bin',
        '/snap/bin',
        '/opt/google/chrome',
        '/opt/microsoft/msedge',
      ].flatMap((folder) =>
        [
          'chromium',
          'chromium-browser',
          'google-chrome',
          'google-chrome-stable',
          'chrome',
          'microsoft-edge',
          'msedge',
        ].map((name) => join(folder, name)),
      );
  }
}

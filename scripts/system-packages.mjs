/**
 * What tests need from the system. On Debian as root it is installed; elsewhere the tests that need it
 * are skipped, and say why.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const BROWSERS = [
  process.env.KITH_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
/** The fonts keep screenshots the same everywhere and give emoji a face. */
const DEBIAN_PACKAGES = ['chromium', 'fonts-inter', 'fonts-noto-color-emoji'];

/** Environment variables to set for tests that have to be skipped, each with the reason. */
export function ensureSystemPackages() {
  if (hasBrowser()) return {};
  const isDebianRoot = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (!isDebianRoot) {
    return {
      KITH_SKIP_BROWSER: 'There is no Chromium, Chrome or Edge, and installing one needs root on Debian.',
    };
  }
  console.error(`Installing ${DEBIAN_PACKAGES.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2], env });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES], {
    stdio: ['ignore', 2, 2],
    env,
  });
  return {};
}

function hasBrowser() {
  return BROWSERS.some((path) => path !== undefined && existsSync(path));
}

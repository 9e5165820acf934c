/**
 * `npm start`: Kith with a relay on this computer. Installs and builds what is missing, then opens the app in
 * Electron, or in a browser's windows where Electron cannot be had. Ends when the app ends.
 *
 *   npm start -- --no-relay                 without a relay of its own
 *   npm start -- --user-data-dir=<folder>   with another profile; so does the variable KITH_DATA
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { buildWhenStale } from './built-files.mjs';
import { findElectron } from './electron-host.mjs';
import { ensureInstalled, findNode, requireSystemNode, root } from './environment.mjs';
import { startLocalRelay } from './local-relay.mjs';

const options = process.argv.slice(2);
const runsRelay = !options.includes('--no-relay');

requireSystemNode();
if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
  console.error(
    'Kith is a desktop app and there is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set).\n' +
      'To see what it does without one: npm run demo',
  );
  process.exit(1);
}
ensureInstalled();
const node = findNode();
const host = await findElectron(node);
if (host.kind === 'none') {
  console.error(host.missing);
  process.exit(1);
}
await buildWhenStale(node);

const relay = runsRelay ? await startLocalRelay(node) : null;
if (relay !== null)
  console.log(`${relay.news}\nTo join it, paste this link into Kith:\n\n  ${relay.joinLink}\n`);
if (host.kind === 'stand-in') {
  console.log(
    'Electron could not be fetched, so Kith opens in a window of the installed browser. This is a trial mode:\n' +
      'everything works except what needs the desktop (keychain, notifications, tray, native menus).\n',
  );
}

const app = spawn(
  host.executable,
  ['.', ...profile(), ...passedOn(), ...(relay === null ? [] : [relay.joinLink])],
  {
    cwd: root,
    stdio: 'inherit',
    shell: host.needsShell,
    env: { ...process.env, ...host.env },
  },
);
// The app gets the chance to save; the relay goes after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.kill(signal));
app.once('error', (error) => finish(`Kith could not be opened: ${error.message}`, 1));
app.once('close', (code) => finish(null, code ?? 1));

function finish(message, code) {
  if (message !== null) console.error(message);
  process.exitCode = code;
  relay?.stop();
}

function profile() {
  const folder = process.env.KITH_DATA;
  return folder ? [`--user-data-dir=${resolve(folder)}`] : [];
}

function passedOn() {
  return options.filter((option) => option !== '--no-relay');
}

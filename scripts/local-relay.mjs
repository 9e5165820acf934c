/* global fetch, AbortSignal, URLSearchParams */
/** A relay for this computer alone, for as long as the app runs. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './environment.mjs';
import { needsShell } from './packaged-node.mjs';

/** The relay's own default port. */
const PORT = 5484;
const ASK_TIMEOUT_MS = 2_000;

/** Null when none can be started; the reason is printed. Its data is in the user's own folder for it. */
export async function startLocalRelay(node) {
  const running = await askRunning();
  if (running !== null) return running;
  // Something else may have the port.
  const started = (await launch(node, PORT)) ?? (await launch(node, 0));
  if (started === null) console.error('The relay did not start; Kith opens without one.');
  return started;
}

/** Somebody else's start of Kith may have a relay running already. */
async function askRunning() {
  const url = `http://127.0.0.1:${PORT}`;
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const { name, protocolVersion } = await answer.json();
    if (typeof name !== 'string' || typeof protocolVersion !== 'number') return null;
    const joinLink = `kith://relay?${new URLSearchParams({ url, name })}`;
    return { joinLink, news: `A relay is running on this computer already: ${url}`, stop: () => undefined };
  } catch {
    return null;
  }
}

function launch(node, port) {
  return new Promise((resolve) => {
    const args = ['src-relay/main.ts', '--json', '--log-level', 'error', '--port', String(port)];
    const child = spawn(node, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      // A process group of its own: Ctrl-C is for the app, which may still have something to send.
      detached: process.platform !== 'win32',
      shell: needsShell(node),
    });
    child.once('error', () => resolve(null));
    child.once('close', () => resolve(null));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const { url, joinLink } = JSON.parse(line);
      resolve({ joinLink, news: `A relay runs on this computer: ${url}`, stop: () => child.kill('SIGTERM') });
    });
  });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { DevToolsConnection, type DevToolsSession } from './connection.ts';
import { findChromium } from './find.ts';
import { lastingProfile, temporaryProfile, type Profile } from './profile.ts';

/** Headless for tests; windowed for people whose Electron binary cannot be fetched. */
export type Mode = 'headless' | 'windowed';

export function modeFrom(env: NodeJS.ProcessEnv): Mode {
  return env['KITH_STAND_IN_WINDOWED'] === '1' ? 'windowed' : 'headless';
}

export interface ChromiumOptions {
  readonly mode: Mode;
  readonly userData: string;
  /** Switches of the command line and of `app.commandLine`, without dashes. */
  readonly switches: ReadonlyMap<string, string>;
}

const ALWAYS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--password-store=basic',
  '--disable-renderer-backgrounding',
  '--disable-popup-blocking',

  // The page has no network: what it loads comes from the app's own protocol handlers.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
];

/** Switches that belong to this process and not to Chromium, or that the stand-in sets itself. */
const NOT_FORWARDED = new Set([
  'inspect',
  'remote-debugging-port',
  'remote-debugging-pipe',
  'user-data-dir',
  'headless',
  'no-sandbox',
]);

function chromiumArguments(options: ChromiumOptions, profile: string): string[] {
  const forwarded = [...options.switches].filter(([name]) => !NOT_FORWARDED.has(name));
  const root = process.getuid?.() === 0;
  return [
    ...forwarded.map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`)),
    ...ALWAYS,
    `--user-data-dir=${profile}`,
    ...(options.mode === 'headless' ? ['--headless=new', '--no-startup-window'] : ['--app=data:text/html,']),
    // Chromium cannot sandbox as root. A person's windowed run keeps the sandbox whatever a script asks.
    ...(root || (options.mode === 'headless' && options.switches.has('no-sandbox')) ? ['--no-sandbox'] : []),
  ];
}

/** A running Chromium. It ends with this process, even a killed one, because its pipe closes. */
export class Chromium {
  readonly connection: DevToolsConnection;
  readonly exited: Promise<void>;
  readonly mode: Mode;
  private readonly child: ChildProcess;
  private readonly profile: Profile;

  constructor(child: ChildProcess, connection: DevToolsConnection, mode: Mode, profile: Profile) {
    this.child = child;
    this.connection = connection;
    this.mode = mode;
    this.profile = profile;
    this.exited = new Promise((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
  }

  get browser(): DevToolsSession {
    return this.connection.browser;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends Chromium and its children at once; synchronous because it runs while this process exits. */
  kill(): void {
    const { pid } = this.child;
    // A person's profile is written to disk on SIGTERM; a temporary one is thrown away anyway.
    const signal = this.mode === 'windowed' ? 'SIGTERM' : 'SIGKILL';
    if (pid !== undefined && this.child.exitCode === null) {
      try {
        if (process.platform === 'win32') this.child.kill();
        else process.kill(-pid, signal);
      } catch (error) {
        // ESRCH: it has just gone by itself.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    this.profile.remove();
  }
}

/** Starts Chromium and waits until it tells its DevTools address, which is passed on to stderr for Playwright. */
export async function startChromium(options: ChromiumOptions): Promise<Chromium> {
  const executable = findChromium(process.env);
  const profile = options.mode === 'headless' ? temporaryProfile() : lastingProfile(options.userData);
  const child = spawn(executable, chromiumArguments(options, profile.folder), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its children can be ended with it.
    detached: process.platform !== 'win32',
  });
  const [, , stderr, toChromium, fromChromium] = child.stdio as [null, null, Readable, Writable, Readable];
  const connection = new DevToolsConnection(fromChromium, toChromium);
  const chromium = new Chromium(child, connection, options.mode, profile);
  process.once('exit', () => {
    chromium.kill();
  });
  const verbose = process.env['KITH_STAND_IN_VERBOSE'] === '1';
  await new Promise<void>((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: stderr }).on('line', (line) => {
      if (lines.length < 50) lines.push(line);
      const listening = line.startsWith('DevTools listening on ');
      if (verbose || listening) process.stderr.write(`${line}\n`);
      if (listening) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`${executable} ended before it was ready:\n${lines.join('\n')}`));
    });
  });
  return chromium;
}

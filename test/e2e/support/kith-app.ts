/** The built app in its own profile, driven by Playwright. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Answer, KithBridge } from '../../../src-shared/contract/bridge.ts';
import type { RequestName, RequestParams, RequestResult } from '../../../src-shared/contract/requests.ts';
import { buildWhenStale } from './build.ts';
import { chooseHost, ROOT } from './host.ts';

declare global {
  interface Window {
    readonly kith: KithBridge;
  }
}

export interface KithApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Kept here, because Playwright forgets a process that has ended. */
  readonly process: ChildProcess;
  readonly userData: string;
  /** What the page and its console complained about. */
  readonly complaints: readonly string[];
  /** A request through the page's own bridge; throws for an error. */
  request<Name extends RequestName>(name: Name, params: RequestParams<Name>): Promise<RequestResult<Name>>;
  /** Whatever is given, as a hostile page would. */
  rawRequest(name: unknown, params: unknown): Promise<Answer>;
  log(): Promise<string>;
  /** Quits as a person does, and waits for the end. */
  quit(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Root in a container has no sandbox of its own to offer; everybody else keeps it. */
export const SANDBOX_SWITCHES: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export interface LaunchOptions {
  readonly userData: string;
  readonly args?: readonly string[];
  /** A module that the main process loads before the app. */
  readonly preload?: string;
}

export async function newProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kith-e2e-'));
}

export async function removeProfile(userData: string): Promise<void> {
  await rm(userData, { recursive: true, force: true, maxRetries: 5 });
}

/** At the end of a test file: quits the apps and forgets their profiles. */
export async function quitAll(apps: readonly (KithApp | undefined)[]): Promise<void> {
  for (const kith of apps) {
    if (kith === undefined) continue;
    await kith.quit();
    await removeProfile(kith.userData);
  }
}

export async function launchKith({ userData, args = [], preload }: LaunchOptions): Promise<KithApp> {
  buildWhenStale();
  chooseHost();
  const app = await _electron.launch({
    args: [
      ...SANDBOX_SWITCHES,
      ...(preload === undefined ? [] : ['-r', preload]),
      ROOT,
      `--user-data-dir=${userData}`,
      ...args,
    ],
    cwd: ROOT,
    // Playwright otherwise holds every page to the light colours.
    colorScheme: null,
  });
  const main = app.process();
  const ended = once(main, 'exit');
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`page: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.waitForFunction(() => document.getElementById('root')?.hasChildNodes() === true);

  const rawRequest = (name: unknown, params: unknown): Promise<Answer> =>
    page.evaluate(([n, p]) => window.kith.request(n as string, p), [name, params] as const);
  return {
    app,
    page,
    process: main,
    userData,
    complaints,
    rawRequest,
    async request(name, params) {
      const answer = await rawRequest(name, params);
      if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`);
      return answer.value as RequestResult<typeof name>;
    },
    log: () => readFile(join(userData, 'logs', 'kith.log'), 'utf8'),
    async quit() {
      if (main.exitCode === null && main.signalCode === null) await app.close();
      await ended;
    },
    async kill() {
      if (main.exitCode === null && main.signalCode === null) main.kill('SIGKILL');
      await ended;
    },
  };
}

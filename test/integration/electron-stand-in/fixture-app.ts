import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

const STAND_IN = join(import.meta.dirname, '../../support/electron-stand-in');
export const FIXTURE = join(import.meta.dirname, 'fixture');

/** What the fixture's main.js keeps for tests. */
export interface Seen {
  readonly secondInstances: { argv: string[]; workingDirectory: string; data: unknown }[];
  readonly navigations: string[];
  readonly windowOpens: string[];
  readonly permissions: string[];
  readonly events: string[];
  readonly requests: string[];
}

export interface FixtureApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** The main process; kept here because Playwright forgets it when it has ended. */
  readonly process: ChildProcess;
  readonly userData: string;
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

/** Starts the fixture as any Electron app is started by Playwright; only the environment says where Electron is. */
export async function launchFixture(): Promise<FixtureApp> {
  // electron/index.js reads it in this process, when Playwright asks it for the executable.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = STAND_IN;
  const userData = await mkdtemp(join(tmpdir(), 'stand-in-test-'));
  const app = await _electron.launch({
    args: [FIXTURE, `--user-data-dir=${userData}`],
    // Without this Playwright holds every page to the light colour scheme, in real Electron too.
    colorScheme: null,
  });
  const main = app.process();
  const page = await app.firstWindow();
  await page.waitForSelector('[data-ready]');
  return {
    app,
    page,
    process: main,
    userData,
    seen: () => app.evaluate(() => (globalThis as unknown as { fixture: { seen: Seen } }).fixture.seen),
    close: async () => {
      // The test itself may have ended the app, and Playwright forgets one that has ended.
      if (main.exitCode === null && main.signalCode === null) await app.close();
      await rm(userData, { recursive: true, force: true });
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FIXTURE, launchFixture, type FixtureApp } from './fixture-app.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

const EXECUTABLE = join(import.meta.dirname, '../../support/electron-stand-in/electron');
const until = { timeout: 15_000, interval: 50 };

let fixture: FixtureApp;
beforeEach(async () => {
  fixture = await launchFixture();
});
afterEach(() => fixture.close());

/** Processes whose command line names this folder; Linux only, like the test that uses it. */
async function processesWith(text: string): Promise<number> {
  let count = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(text)) count += 1;
  }
  return count;
}

describe.skipIf(hasNoBrowser)('windows', () => {
  test('close can be prevented; closing for good ends the page and, with the last window, the app', async () => {
    const close = (allow: boolean): Promise<{ destroyed: boolean | undefined }> =>
      fixture.app.evaluate(({ BrowserWindow }, allowClose) => {
        const window = BrowserWindow.getAllWindows()[0];
        (globalThis as unknown as { fixture: { allowClose: boolean } }).fixture.allowClose = allowClose;
        window?.close();
        return { destroyed: window?.isDestroyed() };
      }, allow);
    expect(await close(false)).toEqual({ destroyed: false });
    expect(await fixture.page.evaluate('document.body.dataset.ready')).toBe('true');
    const ended = once(fixture.process, 'exit');
    await close(true).catch(() => undefined);
    expect((await ended)[0]).toBe(0);
  });

  test('Playwright closes a page as it does in Electron', async () => {
    const window = await fixture.app.browserWindow(fixture.page);
    expect(await window.evaluate((w) => [w.isVisible(), w.isFocused(), w.getTitle()])).toEqual([
      true,
      true,
      'Fixture',
    ]);
    await fixture.app.evaluate(({ app, BrowserWindow }) => {
      app.on('window-all-closed', () => undefined);
      const second = new BrowserWindow({ show: false });
      return second.loadURL('fixture://app/allowed.html');
    });
    await expect.poll(() => fixture.app.windows().length).toBe(2);
    await fixture.page.close();
    await expect
      .poll(() => fixture.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
      .toBe(1);
    expect((await fixture.seen()).events).toContain('closed');
  });

  test('a crash of the renderer is told to window and app, and a reload mends it', async () => {
    const window = await fixture.app.browserWindow(fixture.page);
    await window.evaluate((w) => w.webContents.forcefullyCrashRenderer());
    await vi.waitFor(
      async () =>
        expect((await fixture.seen()).events).toEqual([
          'render-process-gone crashed',
          'app render-process-gone crashed',
        ]),
      until,
    );
    const title = await window.evaluate(async (w) => {
      await w.loadURL('fixture://app/index.html');
      return w.webContents.executeJavaScript('window.fixture.add(2, 2) + document.title') as Promise<string>;
    });
    expect(title).toBe('4Fixture');
  });
});

test('a page is told that it is hidden, and that it is shown again', async () => {
  const probe = join(FIXTURE, 'visibility-probe.cjs');
  const child = spawn(EXECUTABLE, [
    '-r',
    probe,
    FIXTURE,
    `--user-data-dir=${join(fixture.userData, 'probe')}`,
  ]);
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += String(text)));
  expect((await once(child, 'exit'))[0]).toBe(0);
  expect(output).toBe('visible\nhidden\nvisible\nhidden\n');
});

describe.skipIf(hasNoBrowser)('processes', () => {
  test('a second start hands its arguments to the first and ends', async () => {
    const second = spawn(EXECUTABLE, [FIXTURE, `--user-data-dir=${fixture.userData}`, 'kith://join/abc'], {
      stdio: 'inherit',
    });
    expect((await once(second, 'exit'))[0]).toBe(7);
    await vi.waitFor(async () => expect((await fixture.seen()).secondInstances).toHaveLength(1), until);
    const [instance] = (await fixture.seen()).secondInstances;
    expect(instance?.argv.at(-1)).toBe('kith://join/abc');
    expect(instance?.data).toEqual({ from: 'fixture' });
  });

  test.runIf(process.platform === 'linux')(
    "a killed main process takes Chromium with it, and its lock stands in nobody's way",
    async () => {
      const profile = `kith-stand-in-${String(fixture.process.pid)}-`;
      expect(await processesWith(profile)).toBeGreaterThan(1);
      const ended = once(fixture.process, 'exit');
      fixture.process.kill('SIGKILL');
      await ended;
      await vi.waitFor(async () => expect(await processesWith(profile)).toBe(0), until);
      const next = spawn(EXECUTABLE, [FIXTURE, `--user-data-dir=${fixture.userData}`], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      // It got the lock, so it goes on to start Chromium.
      await new Promise<void>((resolve, reject) => {
        next.stderr.on('data', (text: Buffer) => {
          if (text.includes('DevTools listening')) resolve();
        });
        next.once('exit', (code) => reject(new Error(`ended with ${String(code)}`)));
      });
      expect((await readdir(tmpdir())).filter((name) => name.startsWith(profile))).toEqual([]);
      const nextEnded = once(next, 'exit');
      next.kill('SIGTERM');
      expect((await nextEnded)[0]).toBe(0);
      expect(
        (await readdir(tmpdir())).filter((name) => name.startsWith(`kith-stand-in-${String(next.pid)}-`)),
      ).toEqual([]);
    },
  );

  test('Chromium that dies ends the app with an error', async () => {
    const ended = once(fixture.process, 'exit');
    await fixture.app
      .evaluate(() => {
        const standIn = (globalThis as unknown as Record<symbol, { chromiumPid(): Promise<number> }>)[
          Symbol.for('kith.electron-stand-in')
        ];
        void standIn?.chromiumPid().then((pid) => process.kill(pid, 'SIGKILL'));
      })
      .catch(() => undefined);
    expect((await ended)[0]).toBe(1);
  });

  test('without a Chromium it says what to do', async () => {
    const child = spawn(EXECUTABLE, [FIXTURE, `--user-data-dir=${join(fixture.userData, 'other')}`], {
      env: { ...process.env, KITH_CHROMIUM: '/nowhere/chromium' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (text: Buffer) => (output += String(text)));
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(output).toMatch(/ChromiumNotFound: .*KITH_CHROMIUM.*\/nowhere\/chromium/);
  });
});

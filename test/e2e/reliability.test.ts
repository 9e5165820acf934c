/** What goes wrong on an ordinary day: relays and apps that die, passphrases that are mistyped. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeApp } from './support/host.ts';
import { launchKith, quitAll, type KithApp } from './support/kith-app.ts';
import { RelayForTests } from './support/relay.ts';
import { evaluateInWindow } from './support/desktop.ts';
import { lookAt } from './support/looks.ts';
import { befriend, openAs, reopen } from './support/people.ts';
import { PASSPHRASE, screens, send, unlock, waitForDelivery } from './support/screens.ts';

const WORKER_PROBE = join(import.meta.dirname, 'support/worker-probe.cjs');
const OPEN_FIRST_ROW_AND_READ =
  "document.querySelector('[role=option]')?.click(); document.querySelector('textarea')?.value ?? null";

describeApp('nothing is lost', () => {
  const relay = new RelayForTests();
  let ada: KithApp;
  let ben: KithApp;

  beforeAll(async () => {
    await relay.start();
    ada = await openAs('Ada', relay.joinLink);
    ben = await openAs('Ben', relay.joinLink);
    await befriend(ada, ben);
    await screens.row(ada.page, 'Ben').click();
    await screens.row(ben.page, 'Ada').click();
    await screens.composer(ben.page).waitFor();
  });
  afterAll(async () => {
    await quitAll([ada, ben]);
    await relay.end();
  });

  test('what is written while the relay is dead arrives when it is back', async () => {
    await relay.kill();
    await ada.page.getByText(/^Trying again/).waitFor();
    await send(ada.page, 'written in the dark');
    await screens.message(ada.page, 'written in the dark').waitFor();
    expect(await screens.message(ben.page, 'written in the dark').count()).toBe(0);
    expect(await lookAt(ada.app, ada.page, 'relay-gone')).toEqual([]);
    await relay.start();
    await ada.request('connection.retry', {});
    await ben.request('connection.retry', {});
    await screens.message(ben.page, 'written in the dark').waitFor();
    await waitForDelivery(ada.page, 'written in the dark', 'Read');
    await screens.connected(ada.page).waitFor();
  });

  test('a wrong passphrase opens nothing, the right one everything', async () => {
    await screens.composer(ada.page).fill('half a thou');
    await ada.quit();
    ada = await launchKith({ userData: ada.userData });
    await unlock(ada.page, 'incorrect horse');
    await screens.problem(ada.page).waitFor();
    expect(await ada.request('app.state', {})).toMatchObject({ phase: 'locked', by: 'passphrase' });
    expect(await lookAt(ada.app, ada.page, 'unlock')).toEqual([]);
    await unlock(ada.page, PASSPHRASE);
    await screens.row(ada.page, 'Ben').click();
    await screens.message(ada.page, 'written in the dark').waitFor();
    // What was being written when the app quit.
    expect(await screens.composer(ada.page).inputValue()).toBe('half a thou');
    await screens.composer(ada.page).fill('');
  });

  test('a message sent right before the app was killed arrives after the next start', async () => {
    await relay.kill();
    await ada.page.getByText(/^Trying again/).waitFor();
    await send(ada.page, 'my last words');
    await screens.message(ada.page, 'my last words').waitFor();
    await ada.kill();
    await relay.start();
    await ben.request('connection.retry', {});
    ada = await reopen(ada.userData);
    await screens.message(ben.page, 'my last words').waitFor();
    expect(await screens.message(ben.page, 'my last words').count()).toBe(1);
  });

  test('a message that was just sent survives kill -9 on a working line, too', async () => {
    await screens.row(ada.page, 'Ben').click();
    await screens.composer(ada.page).waitFor();
    const roomId = (await ada.request('conversations.list', {}))[0]?.roomId;
    if (roomId === undefined) throw new Error('there is no conversation');
    await ada.request('messages.send', { roomId, text: 'gone in a flash' });
    await ada.kill();
    ada = await reopen(ada.userData);
    await screens.message(ben.page, 'gone in a flash').waitFor();
    expect(await screens.message(ben.page, 'gone in a flash').count()).toBe(1);
  });

  test('a page that crashes comes back with what was being written', async () => {
    await screens.row(ada.page, 'Ben').click();
    await screens.composer(ada.page).fill('not finished yet');
    await expect
      .poll(async () => (await ada.request('conversations.list', {}))[0]?.draft)
      .toBe('not finished yet');
    const crashed = ada.page.waitForEvent('crash');
    await ada.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    await crashed;
    // Playwright gives a page up once it has crashed, so this one is asked through its window.
    await expect.poll(() => evaluateInWindow(ada.app, OPEN_FIRST_ROW_AND_READ)).toBe('not finished yet');
    expect(await ada.log()).toContain('"msg":"page.gone"');
  });

  test('an engine that dies says so, loses nothing, and offers a new start once', async () => {
    await ben.quit();
    ben = await reopen(ben.userData, { preload: WORKER_PROBE });
    await ben.app.evaluate(({ dialog }) => {
      (globalThis as { offers?: number }).offers = 0;
      dialog.showMessageBox = () => {
        (globalThis as { offers?: number }).offers = ((globalThis as { offers?: number }).offers ?? 0) + 1;
        return Promise.resolve({ response: 1, checkboxChecked: false });
      };
      void (globalThis as { lastWorker?: { terminate(): Promise<number> } }).lastWorker?.terminate();
    });
    await ben.page.getByRole('heading', { name: 'Kith could not start' }).waitFor();
    expect(await ben.request('app.state', {})).toMatchObject({
      phase: 'failed',
      error: { code: 'internal' },
    });
    expect(await ben.rawRequest('conversations.list', {})).toMatchObject({ ok: false });
    expect(await ben.app.evaluate(() => (globalThis as { offers?: number }).offers)).toBe(1);
    // The screen offers the same as the dialog that was turned down.
    const restarted = ben.app.evaluate(
      ({ app }) =>
        new Promise<string[]>((resolve) => {
          const calls: string[] = [];
          const quit = app.quit.bind(app);
          app.relaunch = () => void calls.push('relaunch');
          app.quit = () => {
            app.quit = quit;
            resolve([...calls, 'quit']);
          };
        }),
    );
    await ben.page.getByRole('button', { name: 'Try again' }).click();
    expect(await restarted).toEqual(['relaunch', 'quit']);
    await ben.quit();
    ben = await reopen(ben.userData);
    await screens.row(ben.page, 'Ada').click();
    await screens.message(ben.page, 'gone in a flash').waitFor();
  });
});

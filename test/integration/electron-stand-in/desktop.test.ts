import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchFixture, type FixtureApp } from './fixture-app.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let fixture: FixtureApp;
beforeAll(async () => {
  fixture = await launchFixture();
});
afterAll(() => fixture.close());

/** The record as the README describes it. */
interface StandIn {
  readonly record: {
    readonly pageErrors: string[];
    argsOf(member: string): unknown[][];
    answer(member: string, value: unknown): void;
  };
}

describe.skipIf(hasNoBrowser)('the desktop', () => {
  test('a test can replace Notification.prototype.show and click what was shown', async () => {
    const clicked = await fixture.app.evaluate(({ Notification }) => {
      const shown: Electron.Notification[] = [];
      Notification.prototype.show = function show() {
        shown.push(this);
      };
      const notification = new Notification({ title: 'Ada', body: 'Hello' });
      const clicks: string[] = [];
      notification.on('click', () => clicks.push(notification.title));
      notification.show();
      shown[0]?.emit('click', {});
      return {
        shown: shown.length,
        clicks,
        same: shown[0] === notification,
        supported: Notification.isSupported(),
      };
    });
    expect(clicked).toEqual({ shown: 1, clicks: ['Ada'], same: true, supported: true });
  });

  test('dialogs cancel, or answer what the test prepared', async () => {
    const answers = await fixture.app.evaluate(async ({ dialog }) => {
      const record = (globalThis as unknown as Record<symbol, StandIn>)[Symbol.for('kith.electron-stand-in')]
        ?.record;
      const ask = () => dialog.showMessageBox({ message: 'Delete?', buttons: ['Delete', 'Cancel'] });
      const cancelled = await ask();
      record?.answer('dialog.showMessageBox', { response: 0, checkboxChecked: true });
      const files = await dialog.showOpenDialog({ properties: ['openFile'] });
      return {
        cancelled: cancelled.response,
        prepared: (await ask()).response,
        files,
        asked: record?.argsOf('dialog.showMessageBox').length,
      };
    });
    expect(answers).toEqual({
      cancelled: 1,
      prepared: 0,
      files: { canceled: true, filePaths: [] },
      asked: 2,
    });
  });

  test('opening addresses is recorded, not done', async () => {
    const opened = await fixture.app.evaluate(async ({ shell }) => {
      await shell.openExternal('https://kith.example/');
      return (globalThis as unknown as Record<symbol, StandIn>)[
        Symbol.for('kith.electron-stand-in')
      ]?.record.argsOf('shell.openExternal')[0]?.[0];
    });
    expect(opened).toBe('https://kith.example/');
  });

  test('menu items can be clicked, by hand and by their accelerator', async () => {
    await fixture.app.evaluate(({ Menu }) => {
      const clicks: string[] = [];
      Object.assign(globalThis, { clicks });
      Menu.setApplicationMenu(
        Menu.buildFromTemplate([
          {
            label: 'File',
            submenu: [
              {
                id: 'new',
                label: 'New',
                accelerator: 'CmdOrCtrl+Shift+J',
                click: (item) => clicks.push(item.label),
              },
              { role: 'quit' },
            ],
          },
        ]),
      );
      Menu.getApplicationMenu()?.getMenuItemById('new')?.click();
    });
    await fixture.page.keyboard.press('ControlOrMeta+Shift+J');
    await expect
      .poll(() => fixture.app.evaluate(() => (globalThis as unknown as { clicks: string[] }).clicks))
      .toEqual(['New', 'New']);
  });

  test('the clipboard is one of its own', async () => {
    const text = await fixture.app.evaluate(async ({ clipboard }) => {
      await clipboard.writeText('copied');
      return [
        await clipboard.readText(),
        await clipboard.has('text/plain'),
        await clipboard.has('image/png'),
      ];
    });
    expect(text).toEqual(['copied', true, false]);
  });

  /* eslint-disable @typescript-eslint/no-deprecated -- the synchronous calls are what has no keychain to fall back to */
  test('there is no keychain, and it says so', async () => {
    const storage = await fixture.app.evaluate(({ safeStorage }) => {
      let refused = false;
      try {
        safeStorage.encryptString('secret');
      } catch {
        refused = true;
      }
      return [safeStorage.isEncryptionAvailable(), safeStorage.getSelectedStorageBackend(), refused];
    });
    expect(storage).toEqual([false, 'basic_text', true]);
  });
  /* eslint-enable @typescript-eslint/no-deprecated */

  test('a utility process answers over parentPort, and its exit is told', async () => {
    const result = await fixture.app.evaluate(async () => {
      const host = (
        globalThis as unknown as { fixture: { utility(options: object): Electron.UtilityProcess } }
      ).fixture;
      const child = host.utility({ stdio: 'pipe' });
      let output = '';
      child.stdout?.on('data', (text: Buffer) => (output += String(text)));
      const message = new Promise<{ got: { bytes: Uint8Array }; args: string[]; version: string }>(
        (resolve) => child.once('message', resolve),
      );
      await new Promise<void>((resolve) => child.once('spawn', resolve));
      const pid = typeof child.pid;
      child.postMessage({ bytes: new Uint8Array([1, 2]) });
      const { got, args, version } = await message;
      const exit = new Promise<number>((resolve) => child.once('exit', resolve));
      child.postMessage('exit');
      return { bytes: [...got.bytes], args, version, pid, exit: await exit, gone: child.pid, output };
    });
    expect(result).toEqual({
      bytes: [1, 2],
      args: ['one', 'two'],
      version: process.versions.node,
      pid: 'number',
      exit: 3,
      gone: undefined,
      output: 'utility is up\n',
    });
  });

  test('an uncaught exception of the page is recorded', async () => {
    await fixture.page.evaluate(`setTimeout(() => { throw new Error('nobody caught me'); })`);
    const errors = (): Promise<string> =>
      fixture.app.evaluate(() =>
        String(
          (globalThis as unknown as Record<symbol, StandIn>)[Symbol.for('kith.electron-stand-in')]?.record
            .pageErrors,
        ),
      );
    await expect.poll(errors).toContain('nobody caught me');
  });
});

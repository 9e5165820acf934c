/** Kith as a part of the desktop: notifications, badge, tray, menu, links, second start, its own relay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoomId } from '../../src-shared/ids.ts';
import {
  badgeCount,
  clickMenu,
  clickNotification,
  hostedRelayPid,
  loseFocus,
  recordDesktop,
  shownNotifications,
  watchHostedRelay,
  windowState,
} from './support/desktop.ts';
import { describeApp, ROOT } from './support/host.ts';
import { launchKith, newProfile, quitAll, SANDBOX_SWITCHES, type KithApp } from './support/kith-app.ts';
import { RelayForTests } from './support/relay.ts';
import { lookAt } from './support/looks.ts';
import { befriend, openAs, reopen } from './support/people.ts';
import { protect, screens } from './support/screens.ts';

describeApp('on the desktop', () => {
  const relay = new RelayForTests();
  let ada: KithApp;
  let ben: KithApp;
  let roomId: RoomId;

  beforeAll(async () => {
    await relay.start();
    ada = await openAs('Ada', relay.joinLink);
    ben = await openAs('Ben', relay.joinLink);
    await recordDesktop(ben.app);
    roomId = await befriend(ada, ben);
  });
  afterAll(async () => {
    await quitAll([ada, ben]);
    await relay.end();
  });

  describe('a message that comes in', () => {
    test('is announced and counted while nobody looks; a click on the notification opens it', async () => {
      // The request has been announced without its text.
      expect(await shownNotifications(ben.app)).toMatchObject([
        { title: 'Ada', body: 'Wants to write to you' },
      ]);
      await loseFocus(ben.app);
      await ada.request('messages.send', { roomId, text: 'are you there?' });
      await expect.poll(() => shownNotifications(ben.app)).toHaveLength(2);
      const [, notification] = await shownNotifications(ben.app);
      expect(notification).toMatchObject({ title: 'Ada', body: 'are you there?' });
      expect(notification?.groupId).not.toBe('');
      expect(await badgeCount(ben.app)).toBe(2);
      expect((await windowState(ben.app))?.isFocused).toBe(false);

      await clickNotification(ben.app);
      await screens.message(ben.page, 'are you there?').waitFor();
      expect((await windowState(ben.app))?.isFocused).toBe(true);
    });

    test('that is read leaves neither notifications nor a number', async () => {
      await expect.poll(() => shownNotifications(ben.app)).toEqual([]);
      await expect.poll(() => badgeCount(ben.app)).toBe(0);
    });

    test('in front of somebody is not announced', async () => {
      await ada.request('messages.send', { roomId, text: 'I see you reading' });
      await screens.message(ben.page, 'I see you reading').waitFor();
      expect(await shownNotifications(ben.app)).toEqual([]);
    });

    test('says no more than the settings allow', async () => {
      await ben.request('settings.set', { notificationContent: 'nothing' });
      await ben.page.reload();
      await screens.row(ben.page, 'Ada').waitFor();
      await ada.request('messages.send', { roomId, text: 'a secret' });
      await expect.poll(() => shownNotifications(ben.app)).toHaveLength(1);
      expect(await shownNotifications(ben.app)).toMatchObject([{ title: 'Kith', body: 'New message' }]);
    });

    test('in a muted conversation stays silent', async () => {
      const room = (await ben.request('conversations.list', {}))[0]?.roomId;
      if (room === undefined) throw new Error('there is no conversation');
      await ben.request('conversations.mute', { roomId: room, state: 'muted' });
      await expect.poll(() => badgeCount(ben.app)).toBe(0);
      await ada.request('messages.send', { roomId, text: 'psst' });
      await screens.row(ben.page, 'psst').waitFor();
      expect(await shownNotifications(ben.app)).toHaveLength(1);
    });
  });

  test('the menu reaches the interface', async () => {
    await clickMenu(ada.app, 'new-conversation');
    await screens.dialog(ada.page, 'New conversation').waitFor();
    await clickMenu(ada.app, 'settings');
    await screens.dialog(ada.page, 'Settings').waitFor();
    await clickMenu(ada.app, 'search');
    await expect
      .poll(() => screens.searchField(ada.page).evaluate((field) => field === document.activeElement))
      .toBe(true);
  });

  test('the right mouse button offers what can be done with text, and only over text', async () => {
    await ada.app.evaluate(({ Menu }) => {
      const popups: string[][] = [];
      (globalThis as { popups?: string[][] }).popups = popups;
      const build = Menu.buildFromTemplate.bind(Menu);
      Menu.buildFromTemplate = (template) => {
        const menu = build(template);
        menu.popup = () => popups.push(template.map(({ role }) => role ?? ''));
        return menu;
      };
    });
    await ada.page.getByText(/^Connected · /).click({ button: 'right' });
    await screens.searchField(ada.page).fill('nobody');
    await screens.searchField(ada.page).selectText();
    await screens.searchField(ada.page).click({ button: 'right' });
    const popups = (): Promise<string[][] | undefined> =>
      ada.app.evaluate(() => (globalThis as { popups?: string[][] }).popups);
    await expect.poll(popups).toHaveLength(1);
    expect((await popups())?.[0]).toContain('paste');
    await screens.searchField(ada.page).fill('');
  });

  test.runIf(process.platform !== 'darwin')('closing the window leaves Kith in the tray', async () => {
    await ada.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close();
    });
    expect(await windowState(ada.app)).toEqual({ isVisible: false, isFocused: false });
    expect((await ada.request('connection.get', {})).state).toBe('online');
  });

  test('a second start brings the window to the front and hands over its link', async () => {
    const second = spawn(
      createRequire(import.meta.url)('electron') as string,
      [...SANDBOX_SWITCHES, ROOT, `--user-data-dir=${ada.userData}`, 'https://nonsense', relay.joinLink],
      { stdio: 'ignore', shell: process.platform === 'win32' },
    );
    expect((await once(second, 'exit'))[0]).toBe(0);
    await expect.poll(() => windowState(ada.app)).toMatchObject({ isVisible: true });
    // Ada has an account, and is told so.
    await ada.page
      .getByText(/^You already have an account at /)
      .first()
      .waitFor();
  });

  test('links to pages go to the browser, everything else nowhere', async () => {
    const opened = ada.app.evaluate(
      ({ shell }) =>
        new Promise<string>((resolve) => {
          shell.openExternal = (url) => {
            resolve(url);
            return Promise.resolve();
          };
        }),
    );
    expect(await ada.rawRequest('app.openExternal', { url: 'file:///etc/passwd' })).toMatchObject({
      ok: false,
    });
    expect(await ada.rawRequest('app.openExternal', { url: 'https://example.org/x' })).toMatchObject({
      ok: true,
    });
    expect(await opened).toBe('https://example.org/x');
  });

  test('the theme is the whole app’s, and is there from the first frame of the next start', async () => {
    await ada.request('settings.set', { theme: 'dark' });
    await ada.page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await ada.quit();
    ada = await reopen(ada.userData);
    expect(await ada.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  });

  test('the window comes back where it was', async () => {
    const bounds = { x: 40, y: 60, width: 1000, height: 640 };
    await ada.app.evaluate(({ BrowserWindow }, wanted) => {
      BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
    }, bounds);
    await ada.quit();
    ada = await reopen(ada.userData);
    expect(
      await ada.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds()),
    ).toEqual(bounds);
  });

  test('the log tells what happened, and nothing that was said', async () => {
    const log = await ben.log();
    expect(log).toContain('app.starting');
    for (const secret of ['are you there?', 'a secret', 'Ada', 'ada', relay.url])
      expect(log).not.toContain(secret);
  });
});

describeApp('a relay of one’s own', () => {
  let host: KithApp;
  let guest: KithApp | undefined;

  beforeAll(async () => {
    host = await launchKith({ userData: await newProfile() });
  });
  afterAll(async () => {
    await quitAll([host, guest]);
  });

  test('is started while setting up, and others join it by its link', async () => {
    await screens.nameStep(host.page).waitFor();
    await host.page.getByLabel('Your name').fill('Hana');
    await host.page.getByRole('button', { name: 'Continue' }).click();
    await screens.hostButton(host.page).click();
    await screens.hosting(host.page).waitFor();
    expect(await lookAt(host.app, host.page, 'own-relay')).toEqual([]);
    await host.page.getByRole('button', { name: 'Continue' }).click();
    await protect(host.page);
    await screens.connected(host.page).waitFor();

    const view = await host.request('hostedRelay.get', {});
    if (view.state !== 'running') throw new Error(`the relay is ${view.state}`);
    guest = await openAs('Gus', view.joinLink);
    await befriend(guest, host);
  });

  test('runs again after the next start, before Kith connects, under the same link', async () => {
    const before = await host.request('hostedRelay.get', {});
    await host.quit();
    host = await reopen(host.userData);
    expect(await host.request('hostedRelay.get', {})).toEqual(before);
    await screens.connected(host.page).waitFor();
  });

  test('that is killed comes back by itself under the same link, and so does the connection to it', async () => {
    const before = await host.request('hostedRelay.get', {});
    await watchHostedRelay(host.app);
    await host.request('hostedRelay.stop', {});
    await host.request('hostedRelay.start', {});
    await host.request('connection.retry', {});
    await screens.connected(host.page).waitFor();
    const states = host.page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const seen: string[] = [];
          window.kith.subscribe((event) => {
            if (event.type !== 'connection' || event.connection.state === seen.at(-1)) return;
            seen.push(event.connection.state);
            if (seen.includes('waiting') && seen.at(-1) === 'online') resolve(seen);
          });
        }),
    );
    process.kill(await hostedRelayPid(host.app), 'SIGKILL');
    expect(await states).toContain('waiting');
    expect(await host.request('hostedRelay.get', {})).toEqual(before);
    await screens.connected(host.page).waitFor();
    // Nobody lost a message to it.
    const [room] = await host.request('conversations.list', {});
    if (room === undefined || guest === undefined) throw new Error('there is no conversation');
    await host.request('messages.send', { roomId: room.roomId, text: 'still here' });
    await screens.row(guest.page, 'still here').waitFor();
  });

  test('is stopped, and then stays stopped', async () => {
    expect(await host.request('hostedRelay.stop', {})).toEqual({ state: 'stopped' });
    await host.quit();
    host = await reopen(host.userData);
    expect(await host.request('hostedRelay.get', {})).toEqual({ state: 'stopped' });
  });
});

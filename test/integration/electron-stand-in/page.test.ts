import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchFixture, type FixtureApp } from './fixture-app.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let fixture: FixtureApp;
beforeAll(async () => {
  fixture = await launchFixture();
});
afterAll(() => fixture.close());

const inPage = <T>(source: string): Promise<T> => fixture.page.evaluate(source);
const until = { timeout: 10_000, interval: 20 };

describe.skipIf(hasNoBrowser)('own schemes', () => {
  test('documents, styles, scripts and pictures come from the handlers, under the policy', async () => {
    const found = await inPage(`[document.title, getComputedStyle(document.querySelector('h1')).color,
      document.querySelector('#image').naturalWidth, typeof window.inlineRan]`);
    expect(found).toEqual(['Fixture', 'rgb(1, 2, 3)', 7, 'undefined']);
  });

  test('fetch reaches the handler with method, body and translated addresses', async () => {
    const answer = await inPage(
      `fetch('/echo?a=1', { method: 'POST', body: 'hällo' }).then((r) => r.json())`,
    );
    expect(answer).toEqual({
      url: 'fixture://app/echo?a=1',
      method: 'POST',
      origin: 'fixture://app',
      body: 'hällo',
    });
  });

  test('there is no other network, and the policy forbids asking', async () => {
    expect(await inPage(`fetch('https://elsewhere.example/').then(() => 'answered', () => 'failed')`)).toBe(
      'failed',
    );
    expect(await inPage(`fetch('http://127.0.0.1:1/').then(() => 'answered', () => 'failed')`)).toBe(
      'failed',
    );
  });
});

describe.skipIf(hasNoBrowser)('what the page may not do', () => {
  test.each([
    'location.href = "https://elsewhere.example/a"',
    'document.querySelector("#link").click()',
    'location.assign("/other.html")',
    'location.href = "mailto:a@b.example"',
  ])('%s asks will-navigate and stays', async (source) => {
    const before = (await fixture.seen()).navigations.length;
    await inPage(`void (${source})`);
    await vi.waitFor(async () => expect((await fixture.seen()).navigations.length).toBe(before + 1), until);
    expect(await inPage('[location.pathname, document.body.dataset.ready]')).toEqual(['/index.html', 'true']);
  });

  test('a redirect asks will-redirect', async () => {
    const loading = fixture.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]
        ?.loadURL('fixture://app/away')
        .then(
          () => 'loaded',
          (error: unknown) => (error as Error).message,
        ),
    );
    expect(await loading).toBe("ERR_ABORTED (-3) loading 'fixture://app/away'");
    expect((await fixture.seen()).navigations.at(-1)).toBe('will-redirect fixture://app/other.html');
  });

  test('window.open and links to new windows ask the handler, and nothing opens', async () => {
    expect(await inPage(`window.open('https://elsewhere.example/popup')`)).toBeNull();
    await fixture.page.click('#blank');
    await vi.waitFor(
      async () =>
        expect((await fixture.seen()).windowOpens).toEqual([
          'https://elsewhere.example/popup',
          'https://elsewhere.example/blank',
        ]),
      until,
    );
    expect(await fixture.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    expect((await fixture.seen()).requests.filter((request) => request.includes('elsewhere'))).toEqual([]);
  });

  test('permissions are what the handler says', async () => {
    const state = `navigator.permissions.query({ name: 'notifications' }).then((p) => p.state)`;
    expect((await fixture.seen()).permissions).toContain('notifications');
    expect(await inPage(state)).toBe('denied');
    expect(await inPage('Notification.requestPermission()')).toBe('denied');
    await fixture.app.evaluate(() => {
      (globalThis as unknown as { fixture: { deniedPermissions: boolean } }).fixture.deniedPermissions =
        false;
    });
    await fixture.page.reload();
    expect(await inPage(state)).toBe('granted');
  });
});

describe.skipIf(hasNoBrowser)('appearance', () => {
  test('themeSource drives the colour scheme of the page', async () => {
    const color = `getComputedStyle(document.querySelector('h1')).color`;
    const dark = await fixture.app.evaluate(async ({ nativeTheme }) => {
      const updated = new Promise<boolean>((resolve) =>
        nativeTheme.once('updated', () => resolve(nativeTheme.shouldUseDarkColors)),
      );
      nativeTheme.themeSource = 'dark';
      return updated;
    });
    expect(dark).toBe(true);
    await expect.poll(() => inPage(color)).toBe('rgb(4, 5, 6)');
    await fixture.app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'light';
    });
    await expect.poll(() => inPage(color)).toBe('rgb(1, 2, 3)');
  });

  test('a window has the size it asked for, and zoom changes what fits into it', async () => {
    const size = '[innerWidth, innerHeight]';
    expect(await inPage(size)).toEqual([900, 600]);
    const zoom = (factor: number): Promise<void> =>
      fixture.app.evaluate(
        ({ BrowserWindow }, f) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(f),
        factor,
      );
    await zoom(2);
    await expect.poll(() => inPage(size)).toEqual([450, 300]);
    await zoom(1);
    await expect.poll(() => inPage(size)).toEqual([900, 600]);
    await fixture.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ width: 700, height: 500 }),
    );
    await expect.poll(() => inPage(size)).toEqual([700, 500]);
  });

  test('hiding and showing a window tells its listeners', async () => {
    const events = (action: 'hide' | 'show'): Promise<string[]> =>
      fixture.app.evaluate(({ BrowserWindow }, name) => {
        const window = BrowserWindow.getAllWindows()[0];
        const seen: string[] = [];
        for (const event of ['show', 'hide', 'focus', 'blur'] as const)
          window?.once(event as 'show', () => seen.push(event));
        window?.[name]();
        return seen;
      }, action);
    expect(await events('hide')).toEqual(['blur', 'hide']);
    expect(await events('show')).toEqual(['show', 'focus']);
  });

  test('the context menu is told to the app', async () => {
    const asked = fixture.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<string>((resolve) =>
          BrowserWindow.getAllWindows()[0]?.webContents.once('context-menu', (_event, params) =>
            resolve(params.linkURL),
          ),
        ),
    );
    await fixture.page.click('#link', { button: 'right' });
    expect(await asked).toBe('https://elsewhere.example/link');
  });
});

/** A page that has been taken over: whatever its scripts try, it stays a page. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeApp, ROOT } from './support/host.ts';
import { launchKith, newProfile, removeProfile, type KithApp } from './support/kith-app.ts';
import { screens } from './support/screens.ts';

const refused = { ok: false, error: { code: 'invalid-request' } };

describeApp('a hostile page', () => {
  let kith: KithApp;
  let lure: Server;
  let lureUrl: string;
  let visits = 0;

  beforeAll(async () => {
    kith = await launchKith({ userData: await newProfile() });
    await screens.nameStep(kith.page).waitFor();
    lure = createServer((_request, response) => {
      visits += 1;
      response.setHeader('access-control-allow-origin', '*');
      response.end('<h1>Not Kith</h1>');
    }).listen(0, '127.0.0.1');
    await once(lure, 'listening');
    lureUrl = `http://127.0.0.1:${String((lure.address() as AddressInfo).port)}/`;
  });
  afterAll(async () => {
    lure.close();
    await kith.quit();
    await removeProfile(kith.userData);
  });

  test('finds no Node, no Electron, and one narrow bridge', async () => {
    const found = await kith.page.evaluate(() => ({
      globals: [
        'require',
        'process',
        'module',
        'global',
        'Buffer',
        'electron',
        'ipcRenderer',
        '__dirname',
      ].filter((name) => name in globalThis),
      bridge: Object.keys(window.kith).sort(),
      isFixed: Object.isFrozen(window.kith),
    }));
    expect(found.globals).toEqual([]);
    expect(found.bridge).toEqual(['platform', 'request', 'subscribe']);
    expect(
      await kith.page.evaluate(() => {
        try {
          (window as { kith: unknown }).kith = { request: () => 'mine' };
        } catch {
          // Refusing loudly is as good as refusing quietly.
        }
        return Object.keys(window.kith).length;
      }),
    ).toBe(3);
  });

  test('cannot go anywhere', async () => {
    const url = kith.page.url();
    for (const target of [
      lureUrl,
      'file:///etc/passwd',
      'data:text/html,<h1>x</h1>',
      'app://elsewhere/',
      'javascript:1',
    ]) {
      await kith.page.evaluate((to) => {
        location.href = to;
      }, target);
      await kith.page.evaluate((to) => {
        const link = document.createElement('a');
        link.href = to;
        document.body.append(link);
        link.click();
        link.remove();
      }, target);
    }
    expect((await kith.request('app.state', {})).phase).toBe('new');
    expect(kith.page.url()).toBe(url);
    expect(visits).toBe(0);
  });

  test('cannot open a window or a frame, or send a form', async () => {
    const windows = kith.app.windows().length;
    expect(await kith.page.evaluate((to) => window.open(to), lureUrl)).toBeNull();
    await kith.page.evaluate(async (to) => {
      const frame = document.createElement('iframe');
      frame.src = to;
      const settled = new Promise((resolve) => {
        frame.addEventListener('load', resolve);
        frame.addEventListener('error', resolve);
      });
      document.body.append(frame);
      await settled;
      frame.remove();
      const form = document.createElement('form');
      form.action = to;
      form.method = 'post';
      document.body.append(form);
      form.submit();
      form.remove();
    }, lureUrl);
    expect(await kith.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(
      windows,
    );
    expect(visits).toBe(0);
  });

  test('reaches no network and runs no foreign script', async () => {
    const outcomes = await kith.page.evaluate(async (to) => {
      const tried = async (work: () => Promise<unknown>): Promise<string> => {
        try {
          await work();
          return 'worked';
        } catch {
          return 'refused';
        }
      };
      const loaded = (element: HTMLImageElement | HTMLScriptElement): Promise<unknown> =>
        new Promise((resolve, reject) => {
          element.addEventListener('load', resolve);
          element.addEventListener('error', reject);
          element.src = to;
          document.head.append(element);
        });
      return {
        fetch: await tried(() => fetch(to)),
        image: await tried(() => loaded(new Image())),
        script: await tried(() => loaded(document.createElement('script'))),
        socket: await tried(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(to.replace('http', 'ws'));
              socket.addEventListener('open', resolve);
              socket.addEventListener('error', reject);
            }),
        ),
        evaluated: await tried(() => Promise.resolve((0, eval)('1 + 1'))),
        inline: await tried(
          () =>
            new Promise((resolve, reject) => {
              const script = document.createElement('script');
              script.textContent = 'globalThis.inlineRan = true';
              document.head.append(script);
              if ('inlineRan' in globalThis) resolve(null);
              else reject(new Error('it did not run'));
            }),
        ),
      };
    }, lureUrl);
    expect(outcomes).toEqual({
      fetch: 'refused',
      image: 'refused',
      script: 'refused',
      socket: 'refused',
      evaluated: 'refused',
      inline: 'refused',
    });
    expect(visits).toBe(0);
  });

  test('gets no permission', async () => {
    const states = await kith.page.evaluate(async () => {
      const names = ['notifications', 'geolocation', 'camera', 'microphone', 'clipboard-read', 'midi'];
      const found = await Promise.all(
        names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
      );
      return found.map(({ state }) => state);
    });
    expect(new Set(states)).toEqual(new Set(['denied']));
  });

  test('reads no file outside the interface', async () => {
    for (const path of [
      '../../../../etc/passwd',
      '..%2f..%2fpackage.json',
      'assets/..%5c..%5cmain/main.js',
      'main.js.map',
    ]) {
      const outcome = await kith.page.evaluate(
        (to) =>
          fetch(new URL(to, document.baseURI)).then(
            ({ status }) => status,
            () => 'refused',
          ),
        path,
      );
      // Electron does not even let a page fetch from a scheme that has not been opened to it.
      expect([404, 'refused'], path).toContain(outcome);
    }
  });

  describe('calls over the bridge', () => {
    test.each([
      ['fs.readFile', { path: '/etc/passwd' }],
      ['__proto__', {}],
      ['constructor', {}],
      ['', {}],
      [null, null],
      [{ toString: 'x' }, []],
      ['app.state', undefined],
      ['app.state', { extra: 'x' }],
      ['messages.send', { roomId: '../../x', text: 'hi' }],
      ['messages.send', { roomId: 7, text: { length: 5 } }],
      ['messages.page', { roomId: 'x', from: { at: 'newest' }, limit: 1e9 }],
      ['app.openExternal', { url: 'file:///bin/sh' }],
      ['app.openExternal', { url: 'javascript:alert(1)' }],
      ['store.unlock', { by: 'magic' }],
      ['store.changePassphrase', { current: '', next: 'x' }],
      ['store.renewRecoveryKey', { passphrase: 7 }],
      ['store.confirmRecoveryKey', {}],
      ['app.showDataFolder', { path: '/etc' }],
      ['app.setVisibleRoom', { roomId: "'; DROP TABLE messages; --" }],
    ])('%j with %j is refused by type', async (name, params) => {
      expect(await kith.rawRequest(name, params)).toMatchObject(refused);
    });

    test('with parameters beyond all bounds are refused, and the app lives', async () => {
      const answers = await kith.page.evaluate(async () => {
        const deep: unknown[] = [];
        let level = deep;
        for (let i = 0; i < 500; i++) {
          const next: unknown[] = [];
          level.push(next);
          level = next;
        }
        const huge = 'x'.repeat(20_000_000);
        return Promise.all([
          window.kith.request('app.copyText', { text: huge }),
          window.kith.request(huge, {}),
          window.kith.request('app.state', deep),
          window.kith.request(
            'app.state',
            Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${String(n)}`, n])),
          ),
        ]);
      });
      for (const answer of answers) expect(answer).toMatchObject(refused);
      expect(await kith.request('app.state', {})).toMatchObject({ phase: 'new' });
    });

    test('before the store is open get a typed error', async () => {
      expect(await kith.rawRequest('conversations.list', {})).toMatchObject({
        ok: false,
        error: { code: 'store-locked' },
      });
    });

    test('in a flood are all answered', async () => {
      const count = await kith.page.evaluate(async () => {
        const answers = await Promise.all(
          Array.from({ length: 2_000 }, (_, n) => window.kith.request(`nope-${String(n % 7)}`, { n })),
        );
        return answers.filter(({ ok }) => !ok).length;
      });
      expect(count).toBe(2_000);
    });
  });

  test('another frame or window than ours gets nothing, even on the right channel', async () => {
    const answer = await kith.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        try {
          await window.loadURL('app://kith/index.html');
          return (await window.webContents.executeJavaScript(
            "window.kith.request('app.state', {})",
          )) as unknown;
        } finally {
          window.destroy();
        }
      },
      join(ROOT, 'out/preload/preload.cjs'),
    );
    expect(answer).toMatchObject(refused);
  });

  test('all the while Kith lives', async () => {
    expect(await kith.request('app.info', {})).toMatchObject({ licence: 'AGPL-3.0-only' });
    expect(await kith.log()).toContain('page.navigation-refused');
  });
});

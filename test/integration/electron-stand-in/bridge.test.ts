import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchFixture, type FixtureApp } from './fixture-app.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let fixture: FixtureApp;
beforeAll(async () => {
  fixture = await launchFixture();
});
afterAll(() => fixture.close());

/** Runs in the page; the source is text because the page's `fixture` has no type here. */
const inPage = <T>(source: string): Promise<T> => fixture.page.evaluate(source);

describe.skipIf(hasNoBrowser)('values through preload and main process', () => {
  test.each([
    ['undefined', 'undefined', 'undefined'],
    ['null', 'null', 'object'],
    ['a string', '"ünïcode \\u2028 \\0"', 'string'],
    ['minus zero', '-0', 'number'],
    ['NaN', 'NaN', 'number'],
    ['infinity', '-Infinity', 'number'],
    ['a bigint', '12345678901234567890n', 'bigint'],
    ['a date', 'new Date(1234567890123)', 'Date'],
    ['an invalid date', 'new Date(NaN)', 'Date'],
    ['a regular expression', '/a+/gi', 'RegExp'],
    ['bytes', 'new Uint8Array([0, 127, 128, 255])', 'Uint8Array'],
    ['a part of a buffer', 'new Uint8Array([1, 2, 3, 4]).subarray(1, 3)', 'Uint8Array'],
    ['floats', 'new Float64Array([1.5, -2.25])', 'Float64Array'],
    ['a buffer', 'new Uint8Array([1, 2]).buffer', 'ArrayBuffer'],
    ['a map', 'new Map([["a", 1n], [{ k: 1 }, new Set([1, "2"])]])', 'Map'],
    ['a set', 'new Set([undefined, null, [1]])', 'Set'],
    ['an object', '({ a: undefined, b: [1, [2, { c: [] }]], d: { e: { f: new Date(0) } } })', 'Object'],
    ['a key named __proto__', 'JSON.parse(\'{"__proto__": {"x": 1}}\')', 'Object'],
  ])('%s', async (_name, source, kind) => {
    // Compared in the page: what Playwright carries out of it would lose the differences.
    const result = await inPage<{ same: boolean; kind: string; shown: string }>(`(async () => {
      const show = (value, seen = new Map()) => {
        if (typeof value !== 'object' || value === null) return typeof value + ':' + (Object.is(value, -0) ? '-0' : String(value));
        const tag = Object.prototype.toString.call(value);
        if (value instanceof Date) return tag + value.getTime();
        if (value instanceof RegExp) return tag + value;
        if (value instanceof ArrayBuffer) return tag + new Uint8Array(value);
        if (ArrayBuffer.isView(value)) return tag + value;
        if (value instanceof Map) return tag + [...value].map(([k, v]) => show(k) + '=>' + show(v));
        if (value instanceof Set) return tag + [...value].map((v) => show(v));
        return tag + Object.getOwnPropertyNames(value).map((key) => key + '=' + show(value[key]));
      };
      const value = ${source};
      const returned = await window.fixture.echo(value);
      return { same: show(returned) === show(value), kind: await window.fixture.describe(value), shown: show(returned) };
    })()`);
    expect(result).toEqual({ same: true, kind, shown: result.shown });
  });

  test('an error keeps name, message and stack', async () => {
    const source = `window.fixture.echo(new RangeError('too far')).then((e) => [e instanceof RangeError, e.name, e.message, e.stack.includes('too far')])`;
    expect(await inPage(source)).toEqual([true, 'RangeError', 'too far', true]);
  });

  test.each([
    '() => 1',
    'Symbol("x")',
    'new WeakMap()',
    'document.body',
    '({ deep: [() => 1] })',
    'new Map([[1, () => 1]])',
  ])('%s is refused', async (source) => {
    const refused = await inPage(
      `(async () => window.fixture.echo(${source}))().then(() => 'accepted', (error) => error instanceof Error)`,
    );
    expect(refused).toBe(true);
  });
});

describe.skipIf(hasNoBrowser)('contextBridge', () => {
  test('a function that returns at once returns at once', async () => {
    expect(await inPage('window.fixture.add(1, 2)')).toBe(3);
  });

  test('errors of the preload are errors of the page', async () => {
    const source = `(() => { try { window.fixture.throws(); } catch (e) { return [e instanceof TypeError, e.message]; } })()`;
    expect(await inPage(source)).toEqual([true, 'from the preload']);
  });

  test('functions travel both ways, and so do their promises', async () => {
    expect(await inPage(`window.fixture.callBack(async (word) => word + ' back')`)).toBe(
      'page said called back',
    );
  });

  test('nested values are there, frozen and fixed', async () => {
    const source = `[window.fixture.nested.list[1][1].three, window.fixture.nested.bytes instanceof Uint8Array,
      Object.isFrozen(window.fixture.nested.list), (() => { window.fixture = 1; return typeof window.fixture; })()]`;
    expect(await inPage(source)).toEqual([3, true, true, 'object']);
  });

  test('the preload sees the process of a sandboxed preload', async () => {
    const { version } = (await import('electron/package.json', { with: { type: 'json' } })) as {
      version: string;
    };
    expect(await inPage('window.fixture.process')).toEqual({
      platform: process.platform,
      isolated: true,
      sandboxed: true,
      type: 'renderer',
      electron: version,
    });
  });

  test('the page has the exposed name and nothing else that a plain page has not', async () => {
    const names = await inPage<string[]>('Object.getOwnPropertyNames(window)');
    const plain = await inPage<string[]>(`(() => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const found = Object.getOwnPropertyNames(frame.contentWindow);
      frame.remove();
      return found;
    })()`);
    const own = new Set(['received', 'fixture', 'inlineRan']);
    const extra = names.filter((name) => !plain.includes(name) && !/^\d+$|^__playwright/.test(name));
    expect(extra.filter((name) => !own.has(name))).toEqual([]);
    expect(names).toContain('fixture');
    expect(await inPage('[typeof require, typeof process, typeof module, typeof Buffer]')).toEqual(
      Array(4).fill('undefined'),
    );
  });
});

describe.skipIf(hasNoBrowser)('ipc', () => {
  test('the sender frame is told by the address that the app uses', async () => {
    expect(await inPage('window.fixture.who()')).toEqual({
      url: 'fixture://app/index.html',
      origin: 'fixture://app',
      isTop: true,
      contents: 'fixture://app/index.html',
    });
  });

  test('a push right after loadURL reaches the preload, one after "ready" the page', async () => {
    await expect.poll(() => inPage('window.fixture.early()')).toEqual(['right after loadURL', 'after ready']);
    expect(await inPage('window.received')).toEqual(['after ready']);
  });

  test('a failing handler and a missing clone are errors in the page', async () => {
    const message = (call: string): Promise<string> =>
      inPage(`window.fixture.${call}().then(() => '', (e) => e.message)`);
    expect(await message('fail')).toBe("Error invoking remote method 'fail': RangeError: as asked");
    expect(await message('uncloneable')).toMatch(/could not be cloned/);
  });

  test('members that are not there throw, in the preload and in the main process', async () => {
    expect(
      await inPage(`(() => { try { window.fixture.unknownMember(); } catch (e) { return e.message; } })()`),
    ).toBe('not in the stand-in: ipcRenderer.sendToHost');
    const messages = await fixture.app
      .evaluate(({ app, BrowserWindow, session }) => {
        const window = BrowserWindow.getAllWindows()[0];
        return [
          () => app.getGPUInfo('basic'),
          () => window?.capturePage(),
          () => session.defaultSession.getCacheSize(),
          () => (BrowserWindow as unknown as Record<string, unknown>)['addDevToolsExtension'],
        ].map((use) => {
          try {
            use();
            return 'returned';
          } catch (error) {
            return (error as Error).message;
          }
        });
      })
      .catch((error: unknown) => [String(error)]);
    expect(messages).toEqual([
      'not in the stand-in: app.getGPUInfo',
      'not in the stand-in: BrowserWindow.capturePage',
      'not in the stand-in: session.getCacheSize',
      'not in the stand-in: BrowserWindow.addDevToolsExtension',
    ]);
  });

  test('a call costs little', async () => {
    const perCallMs = await inPage<number>(`(async () => {
      const start = performance.now();
      for (let i = 0; i < 200; i++) await window.fixture.echo('x');
      return (performance.now() - start) / 200;
    })()`);
    // 1 to 2 ms on an idle machine; the bound only catches a change of kind.
    expect(perCallMs).toBeLessThan(20);
  });
});

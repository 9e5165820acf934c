import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../src-shared/contract/bridge.ts';
import { engineRequests, PATH_REQUESTS } from '../../../src-shared/contract/requests.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { EventOutbox } from '../../../src-main/shell/ipc/event-outbox.ts';
import { createRouter, type RouterParts } from '../../../src-main/shell/ipc/router.ts';

function routerWith(shell: Partial<RouterParts['shell']> = {}) {
  const asked: unknown[][] = [];
  const router = createRouter({
    shell: shell as RouterParts['shell'],
    engine: (...request) => {
      asked.push(request);
      return Promise.resolve<Answer>({ ok: true, value: 'from the engine' });
    },
    log: silentLogger,
  });
  return { router, asked };
}
const refused = { ok: false, error: { code: 'invalid-request' } };

describe('a request', () => {
  test('goes to the engine or to the shell by its name, with parsed parameters', async () => {
    const { router, asked } = routerWith({ 'app.openExternal': ({ url }) => url as never });
    expect(await router('our-page', 'conversations.start', { username: ' ada ' })).toEqual({
      ok: true,
      value: 'from the engine',
    });
    expect(asked).toEqual([['conversations.start', { username: 'ada' }]]);
    expect(await router('our-page', 'app.openExternal', { url: ' https://example.org ' })).toEqual({
      ok: true,
      value: 'https://example.org',
    });
  });

  test('of anybody but our page is refused, whatever it asks', async () => {
    const { router, asked } = routerWith();
    expect(await router('somebody-else', 'conversations.list', {})).toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  test.each(['', 'nope', '__proto__', 'constructor', 'toString', 7, null, undefined, {}, ['app.state']])(
    'by the name %j is refused',
    async (name) => {
      expect(await routerWith().router('our-page', name, {})).toMatchObject(refused);
    },
  );

  test('that names a file of this computer is refused, even with the right parameters', async () => {
    const { router, asked } = routerWith();
    const fileId = '00112233-4455-4677-8899-aabbccddeeff';
    expect(await router('our-page', 'attachments.import', { path: '/etc/passwd' })).toMatchObject(refused);
    expect(await router('our-page', 'attachments.saveAs', { fileId, path: '/tmp/x' })).toMatchObject(refused);
    expect(asked).toEqual([]);
    await router('our-page', 'attachments.get', { fileId });
    expect(asked).toEqual([['attachments.get', { fileId }]]);
    // A request that takes a path is one of those that are refused.
    const takePaths = Object.entries(engineRequests)
      .filter(([, spec]) => Object.keys(spec.params.shape).includes('path'))
      .map(([name]) => name);
    expect(takePaths).toEqual([...PATH_REQUESTS]);
  });

  test('with wrong parameters says which one', async () => {
    const { router, asked } = routerWith();
    const answer = await router('our-page', 'messages.send', { roomId: 'x', text: 'hello' });
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', message: 'messages.send: not an id (roomId)' },
    });
    expect(await router('our-page', 'app.copyText', { text: 'x'.repeat(10_000_000) })).toMatchObject(refused);
    expect(await router('our-page', 'conversations.list', { extra: 1 })).toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  test('never gets anything but an answer', async () => {
    const { router } = routerWith();
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (name, params) => {
        expect(await router('our-page', name, params)).toHaveProperty('ok');
      }),
    );
  });

  test('that fails gets its typed error; what is untyped keeps its details to itself', async () => {
    const { router } = routerWith({
      'app.state': () => {
        throw new KithError('offline', 'There is no network.');
      },
      'app.info': () => {
        throw new Error('/home/ada/secret');
      },
    });
    expect(await router('our-page', 'app.state', {})).toEqual({
      ok: false,
      error: { code: 'offline', message: 'There is no network.' },
    });
    const answer = await router('our-page', 'app.info', {});
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

describe('events for a page', () => {
  const link = (text: string): KithEvent => ({ type: 'join-link', link: text });
  const settings = { type: 'settings' } as KithEvent;

  test('wait until it listens, and again while it loads anew', () => {
    const delivered: KithEvent[] = [];
    const outbox = new EventOutbox((event) => delivered.push(event));
    outbox.publish(link('a'));
    expect(delivered).toEqual([]);
    outbox.pageReady();
    outbox.publish(link('b'));
    expect(delivered).toEqual([link('a'), link('b')]);
    outbox.pageGone();
    outbox.publish(link('c'));
    expect(delivered).toHaveLength(2);
    outbox.pageReady();
    expect(delivered.at(-1)).toEqual(link('c'));
  });

  test('are bounded, and what a person did is kept longest', () => {
    const delivered: KithEvent[] = [];
    const outbox = new EventOutbox((event) => delivered.push(event), 3);
    outbox.publish(link('a'));
    for (let i = 0; i < 10; i++) outbox.publish(settings);
    outbox.publish(link('b'));
    outbox.pageReady();
    expect(delivered).toEqual([link('a'), settings, link('b')]);
  });
});

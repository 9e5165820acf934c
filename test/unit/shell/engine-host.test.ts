import { describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { EngineHost, type EngineHostOptions } from '../../../src-main/shell/engine/engine-host.ts';

/** A worker that speaks the engine's protocol and does as it is asked. */
const WORKER = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', (message) => {
    if (message.type === 'open') {
      const ok = message.key.length === 32 && message.key[0] === 7;
      parentPort.postMessage(ok ? { type: 'opened' } : { type: 'open-failed', error: { code: 'store-corrupt', message: 'moved to there' } });
    }
    if (message.type === 'request' && message.name === 'account.get') process.exit(3);
    if (message.type === 'request' && message.name === 'settings.get') return;
    if (message.type === 'request') parentPort.postMessage({ type: 'answer', id: message.id, answer: { ok: true, value: message.params } });
    if (message.type === 'close') { parentPort.postMessage({ type: 'closed' }); parentPort.close(); }
  });
`;

function start(change: Partial<EngineHostOptions> = {}) {
  const onDied = vi.fn();
  const host = new EngineHost({
    workerUrl: new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`),
    dataFolder: 'nowhere',
    log: silentLogger,
    onEvent: () => undefined,
    onDied,
    ...change,
  });
  return { host, onDied };
}

describe('the engine, seen from the main process', () => {
  test('takes the key and wipes what is left of it', async () => {
    const { host } = start();
    const key = new Uint8Array(32).fill(7);
    await host.open(key);
    expect(key.every((byte) => byte === 0)).toBe(true);
    await host.close();
  });

  test('says why the store did not open', async () => {
    const { host } = start();
    await expect(host.open(new Uint8Array(32))).rejects.toMatchObject({
      code: 'store-corrupt',
      message: 'moved to there',
    });
    await host.close();
  });

  test('answers many requests at once, each with its own', async () => {
    const { host } = start();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => host.request('conversations.list', { n })),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => ({ ok: true, value: { n } })));
    await host.close();
  });

  test('that dies answers what is pending, is reported once, and is not started again', async () => {
    const { host, onDied } = start();
    const pending = host.request('settings.get', {});
    const dying = host.request('account.get', {});
    for (const answer of [await pending, await dying]) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    }
    expect(onDied).toHaveBeenCalledTimes(1);
    expect(await host.request('conversations.list', {})).toMatchObject({
      ok: false,
      error: { code: 'shutting-down' },
    });
    await expect(host.open(new Uint8Array(32))).rejects.toMatchObject({ code: 'shutting-down' });
    await host.close();
  });

  test('is closed without an alarm, and closing again waits for the same end', async () => {
    const { host, onDied } = start();
    await Promise.all([host.close(), host.close()]);
    expect(onDied).not.toHaveBeenCalled();
  });
});

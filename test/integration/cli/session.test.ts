/** `kith session`: every operation, end to end, as a bot would use it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationSchema } from '../../../src-main/cli/operations.ts';
import { kith } from '../../support/engine/cli.ts';
import { FaultyLine } from '../../support/processes/faulty-line.ts';
import { SessionProcess, type SessionEvent } from '../../support/processes/session-process.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

let ada: SessionProcess;
let ben: SessionProcess;
let line: FaultyLine;
let benFolder: string;
const performed = new Set<string>();

beforeAll(async () => {
  const relay = await cleanup.relay();
  line = await FaultyLine.open(() => Number(new URL(relay.url).port));
  cleanup.add(() => line.close());
  ada = new SessionProcess({ dataFolder: cleanup.folder(), relayUrl: line.url, username: 'ada' });
  benFolder = cleanup.folder();
  ben = new SessionProcess({ dataFolder: benFolder, relayUrl: relay.url, username: 'ben' });
  cleanup.add(() => ada.kill());
  cleanup.add(() => ben.kill());
  await Promise.all([ada.ready(), ben.ready()]);
});

function ask(session: SessionProcess, operation: Readonly<Record<string, unknown>>): Promise<SessionEvent> {
  performed.add(String(operation['op']));
  return session.ask(operation);
}

describe('a session', () => {
  it('shows its recovery key once, says who it is, and when it is connected', async () => {
    const created = await ada.waitFor((event) => event.event === 'store-created');
    expect(created['recoveryKey']).toMatch(/^(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
    expect(await ada.ready()).toMatchObject({ username: 'ada', deviceId: 1, relay: line.url });
    await ada.waitFor((event) => event.event === 'connection' && event['state'] === 'online');
    expect(ada.events.filter((event) => event.event === 'store-created')).toHaveLength(1);
  });

  it('sends: queued, accepted, delivered, read', async () => {
    const queued = await ask(ada, { op: 'send', to: 'ben', text: 'Grüße, 世界' });
    expect(queued).toMatchObject({ event: 'queued' });
    const { messageId } = queued;
    await ada.waitFor((event) => event.event === 'accepted' && event['messageId'] === messageId);
    const message = await ben.waitFor((event) => event.event === 'message');
    expect(message).toMatchObject({ messageId, from: 'ada', text: 'Grüße, 世界', request: true });
    expect(await ask(ben, { op: 'accept', from: 'ada' })).toMatchObject({ event: 'done', op: 'accept' });
    const receipt = (kind: string) =>
      ada.waitFor((event) => event.event === 'receipt' && event['kind'] === kind);
    expect(await receipt('delivered')).toMatchObject({ messageId, by: 'ben' });
    expect(await ask(ben, { op: 'read', with: 'ada' })).toMatchObject({ event: 'done', op: 'read' });
    expect(await receipt('read')).toMatchObject({ messageId, by: 'ben' });
  });

  it('tells its history, oldest first, as much as asked for', async () => {
    for (const text of ['one', 'two', 'three']) await ask(ada, { op: 'send', to: 'ben', text });
    await ben.waitFor((event) => event['text'] === 'three');
    const all = await ask(ben, { op: 'history', with: 'ada' });
    const texts = (all['messages'] as { text: string }[]).map((message) => message.text);
    expect(texts).toEqual(['Grüße, 世界', 'one', 'two', 'three']);
    const last = await ask(ada, { op: 'history', with: 'ben', limit: 2 });
    expect(last['messages']).toMatchObject([
      { text: 'two', own: true, from: 'ada' },
      { text: 'three', own: true, from: 'ada' },
    ]);
  });

  it('knows a username however it is typed, for every operation alike', async () => {
    expect(await ask(ada, { op: 'send', to: '@Ben', text: 'typed by a person' })).toMatchObject({
      event: 'queued',
    });
    expect(await ask(ada, { op: 'history', with: 'BEN', limit: 1 })).toMatchObject({
      event: 'history',
      messages: [{ text: 'typed by a person' }],
    });
  });

  it('answers typing like everything else', async () => {
    expect(await ask(ada, { op: 'typing', to: 'ben', state: 'typing' })).toMatchObject({ event: 'done' });
  });

  it('compares safety numbers, and acknowledges a key', async () => {
    const [one, other] = await Promise.all([
      ask(ada, { op: 'verify', who: 'ben' }),
      ask(ben, { op: 'verify', who: 'ada' }),
    ]);
    expect(one).toMatchObject({ event: 'safety-number', who: 'ben', identity: 'unverified' });
    expect(one['digits']).toMatch(/^\d{60}$/);
    expect(one['digits']).toBe(other['digits']);
    expect(await ask(ada, { op: 'acknowledge', who: 'ben' })).toMatchObject({ event: 'done' });
  });

  it('lists conversations and tells how it is doing', async () => {
    expect(await ask(ben, { op: 'conversations' })).toMatchObject({
      event: 'conversations',
      conversations: [{ with: 'ada', state: 'active' }],
    });
    expect(await ask(ada, { op: 'status' })).toMatchObject({
      event: 'status',
      connection: 'online',
      parked: { waiting: 0, recovered: 0, 'given-up': 0 },
    });
  });

  it('blocks and unblocks, and says that a blocked person cannot be written to', async () => {
    expect(await ask(ben, { op: 'block', who: 'ada' })).toMatchObject({ event: 'done', op: 'block' });
    expect(await ask(ben, { op: 'send', to: 'ada', text: 'no' })).toMatchObject({
      event: 'error',
      code: 'blocked',
    });
    expect(await ask(ben, { op: 'unblock', who: 'ada' })).toMatchObject({ event: 'done', op: 'unblock' });
    expect(await ask(ben, { op: 'send', to: 'ada', text: 'yes' })).toMatchObject({ event: 'queued' });
    await ada.waitFor((event) => event['text'] === 'yes');
  });

  it('sends again what failed, and only that', async () => {
    line.down();
    await ada.next((event) => event.event === 'connection');
    const queued = await ask(ada, { op: 'send', to: 'ben', text: 'will fail' });
    // Blocking lets what is queued fail; unblocking does not send it by itself.
    await ask(ada, { op: 'block', who: 'ben' });
    const { messageId } = queued;
    const failed = await ada.waitFor((event) => event.event === 'failed' && event['messageId'] === messageId);
    expect(failed['code']).toBe('blocked');
    await ask(ada, { op: 'unblock', who: 'ben' });
    line.up();
    expect(await ask(ada, { op: 'retry', messageId })).toMatchObject({ event: 'done', op: 'retry' });
    await ben.waitFor((event) => event['text'] === 'will fail');
    expect(await ask(ada, { op: 'retry', messageId })).toMatchObject({ event: 'error', code: 'not-found' });
  });

  it.each([
    [{ op: 'send', to: 'ada', text: 'to myself' }, 'cannot-message-self'],
    [{ op: 'send', to: 'nobody-here', text: 'x' }, 'username-unknown'],
    [{ op: 'send', to: '!!!', text: 'x' }, 'username-invalid'],
    [{ op: 'send', to: 'ben', text: '  \n' }, 'message-empty'],
    [{ op: 'send', to: 'ben', text: 'é'.repeat(20_000) }, 'message-too-long'],
    [{ op: 'history', with: 'nobody-here' }, 'not-found'],
    [{ op: 'accept', from: 'nobody-here' }, 'not-found'],
    [{ op: 'typing', to: 'nobody-here', state: 'typing' }, 'not-found'],
  ])('says why it does not, case %#', async (operation, code) => {
    expect(await ask(ada, operation)).toMatchObject({ event: 'error', op: operation.op, code });
  });

  it('sends a file, saves it at the other side, and says what room it takes', async () => {
    const folder = cleanup.folder();
    const [source, target] = [join(folder, 'notes.txt'), join(folder, 'saved.txt')];
    writeFileSync(source, 'what the file holds');
    const queued = await ask(ada, { op: 'attach', to: 'ben', path: source, text: 'with a file' });
    expect(queued).toMatchObject({ event: 'queued', attachments: [{ name: 'notes.txt', size: 19 }] });
    const message = await ben.waitFor((event) => event['text'] === 'with a file');
    expect(message['attachments']).toMatchObject([{ name: 'notes.txt', type: 'text/plain', size: 19 }]);
    const [{ fileId } = { fileId: '' }] = message['attachments'] as { fileId: string }[];
    const done = ben.next((event) => event.event === 'transfer' && event['state'] === 'done');
    expect(await ask(ben, { op: 'download', fileId, path: target })).toMatchObject({ event: 'downloaded' });
    expect(readFileSync(target, 'utf8')).toBe('what the file holds');
    expect(await done).toMatchObject({ fileId, direction: 'down', bytes: 19, size: 19 });
    for (const op of ['pause', 'resume', 'cancel']) {
      // Nothing of it is under way any more: there is nothing to change.
      expect(await ask(ben, { op, fileId })).toMatchObject({ event: 'done', op });
    }
    const rooms = [{ with: 'ada', bytes: 19, files: 1 }];
    expect(await ask(ben, { op: 'storage' })).toMatchObject({ event: 'storage', totalBytes: 19, rooms });
    expect(await ask(ben, { op: 'clean-up', with: 'ada' })).toMatchObject({ freedBytes: 19 });
    expect(await ask(ben, { op: 'storage' })).toMatchObject({ totalBytes: 0, rooms: [] });
  });

  it('ends when it is told to, with everything put away', async () => {
    performed.add('quit');
    ada.operate({ op: 'quit' });
    expect(await ada.exited).toBe(0);
    // Slowness may be logged on a busy machine; errors and stray output are not to be there.
    for (const line of ada.stderr.split('\n').filter(Boolean))
      expect(JSON.parse(line)).toMatchObject({ level: 40 });
  });

  it('has been asked for every operation there is', () => {
    const all = operationSchema.options.map((option) => option.shape.op.value);
    expect([...performed].sort()).toEqual([...all].sort());
  });
});

describe('anything on standard input', () => {
  const hostile: readonly (readonly [string, string | Uint8Array])[] = [
    ['half an object', '{"op":"send","to":"be\n'],
    ['no object', '42\n"op"\nnull\n[]\ntrue\n'],
    ['an unknown operation', '{"op":"destroy"}\n{"op":"__proto__"}\n{}\n'],
    ['wrong types', '{"op":"send","to":7,"text":[]}\n{"op":"history","with":"ada","limit":"all"}\n'],
    [
      'numbers out of range',
      '{"op":"history","with":"ada","limit":-1}\n{"op":"history","with":"ada","limit":1e99}\n',
    ],
    ['more than was asked for', '{"op":"status","__proto__":{"x":1},"more":true}\n'],
    ['bytes that are no text', new Uint8Array([0, 255, 254, 128, 10])],
    ['deep nesting', `${'['.repeat(200_000)}\n{"op":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}\n`],
    ['a line without an end', `${'x'.repeat(3 * 1024 * 1024)}\n`],
  ];

  it.each(hostile)('%s is answered with errors, and the session lives', async (_, input) => {
    const before = ben.events.length;
    const lines = Buffer.from(input).filter((byte) => byte === 0x0a).length;
    ben.writeRaw(input);
    expect(await ben.ask({ op: 'status' })).toMatchObject({ event: 'status' });
    const errors = ben.events.slice(before).filter((event) => event.event === 'error');
    expect(errors).toHaveLength(lines);
    for (const error of errors) expect(error).toMatchObject({ code: 'invalid-request' });
  });

  it('empty lines are no operations', async () => {
    const before = ben.events.length;
    ben.writeRaw('\n  \n\r\n');
    await ben.ask({ op: 'status' });
    expect(ben.events.slice(before).map((event) => event.event)).toEqual(['status']);
  });

  it('that ends, ends the session in order, after the last line', async () => {
    ben.operate({ op: 'quit' });
    expect(await ben.exited).toBe(0);
    const args = ['session', '--data', benFolder];
    const run = await kith(args, { KITH_PASSPHRASE: 'correct horse' }, '{"op":"status","ref":"last"}');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"ref":"last"');
  });
});

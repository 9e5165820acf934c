/** Files between people: real engines, a real relay, real files. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { FileId, MessageId } from '../../../src-shared/ids.ts';
import { filesWith } from '../../support/engine/files.ts';
import { acquaintances, type Person } from '../../support/engine/person.ts';
import {
  attach,
  blobsOf,
  fetched,
  messageOf,
  newFile,
  present,
  receivedFile,
  sha256,
} from '../../support/engine/sharing.ts';
import { FaultyLine } from '../../support/processes/faulty-line.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const fileOf = (bytes: Uint8Array, name?: string): string => newFile(cleanup, bytes, name);
const download = (person: Person, fileId: FileId): Promise<Buffer> => fetched(cleanup, person, fileId);

describe('a file', () => {
  it('arrives as it was sent, and is plaintext nowhere', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const words = 'a sentence that nobody else may read';
    const bytes = Buffer.concat([randomBytes(600_000), Buffer.from(words), randomBytes(10)]);
    const messageId = await attach(ada, 'ben', 'here', [fileOf(bytes, 'Tax\u202Efdp.exe')]);
    const file = await receivedFile(ben, 'here');
    expect(file).toMatchObject({
      name: 'Tax_fdp.exe',
      size: bytes.length,
      isLocal: false,
      transfer: null,
      image: null,
    });
    expect(sha256(await download(ben, file.fileId))).toBe(sha256(bytes));
    await ada.receipt(messageId, 'delivered');
    for (const folder of [ada.filesPath, ben.filesPath, relay.dataDirectory])
      expect(filesWith(folder, words)).toEqual([]);
    const part = await ben.engine.request('attachments.openRange', {
      fileId: file.fileId,
      start: 600_000,
      length: words.length,
    });
    expect(Buffer.from(part).toString()).toBe(words);
    const details = await ben.engine.request('messages.details', { messageId });
    expect(details.integrity).toMatchObject({ signature: 'valid', chain: 'continues' });
  });

  it.each([0, 1, 262_144, 262_145])('of %i bytes arrives whole, and may come without words', async (size) => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const bytes = randomBytes(size);
    await attach(ada, 'ben', '', [fileOf(bytes)]);
    const { message } = await ben.event('received', (event) => event.message.attachments.length > 0);
    const [file] = message.attachments;
    expect(await download(ben, present(file).fileId)).toEqual(bytes);
  });

  it('does not hold up what is written after it', async () => {
    const relay = await cleanup.relay();
    const line = await FaultyLine.open(() => Number(new URL(relay.url).port));
    cleanup.add(() => line.close());
    const [ada, ben] = await acquaintances(cleanup, line.url);
    await attach(ada, 'ben', 'large', [fileOf(randomBytes(30_000_000))]);
    await ada.send('ben', 'later');
    await ben.received('later');
    await ben.received('large');
    expect(await ben.texts('ada')).toEqual(['hello', 'later', 'large']);
    expect(await ada.texts('ben')).toEqual(['hello', 'later', 'large']);
    const [, later, large] = await ben.messages('ada');
    for (const message of [later, large]) {
      const details = await ben.engine.request('messages.details', {
        messageId: present(message).messageId,
      });
      expect(details.integrity.chain).toBe('continues');
    }
  });

  it('that is sent twice is stored once and uploaded once', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const bytes = randomBytes(100_000);
    await attach(ada, 'ben', 'one', [fileOf(bytes)]);
    await attach(ada, 'ben', 'two', [fileOf(bytes, 'other name.pdf')]);
    const [one, two] = [await receivedFile(ben, 'one'), await receivedFile(ben, 'two')];
    expect([one.name, two.name]).toEqual(['notes.pdf', 'other name.pdf']);
    expect(blobsOf(relay.dataDirectory)).toHaveLength(1);
    expect(readdirSync(ada.filesPath)).toHaveLength(1);
    await download(ben, one.fileId);
    expect(await download(ben, two.fileId)).toEqual(bytes);
    expect(readdirSync(ben.filesPath)).toHaveLength(1);
    const usage = await ben.engine.request('storage.usage', {});
    expect(usage).toEqual({
      totalBytes: 100_000,
      rooms: [{ roomId: await ben.room('ada'), bytes: 100_000, files: 1 }],
    });
  });

  it('waits for the connection, survives a restart, and moves on', async () => {
    const relay = await cleanup.relay();
    const line = await FaultyLine.open(() => Number(new URL(relay.url).port));
    cleanup.add(() => line.close());
    const [ada, ben] = await acquaintances(cleanup, line.url);
    line.down();
    const bytes = randomBytes(3_000_000);
    const messageId = await attach(ada, 'ben', 'waits', [fileOf(bytes)]);
    expect(await messageOf(ada, 'ben', messageId)).toMatchObject({
      delivery: { state: 'queued' },
      attachments: [{ isLocal: true, transfer: { direction: 'up', state: 'queued' } }],
    });
    await ada.close();
    ada.open();
    line.up();
    await ada.engine.request('connection.retry', {});
    const file = await receivedFile(ben, 'waits');
    expect(sha256(await download(ben, file.fileId))).toBe(sha256(bytes));
  });

  it('is paused, resumed, and cancelled with its message', async () => {
    const relay = await cleanup.relay();
    const line = await FaultyLine.open(() => Number(new URL(relay.url).port));
    cleanup.add(() => line.close());
    const [ada, ben] = await acquaintances(cleanup, line.url);
    line.down();
    const kept = await attach(ada, 'ben', 'kept', [fileOf(randomBytes(1000))]);
    const dropped = await attach(ada, 'ben', 'dropped', [fileOf(randomBytes(2000))]);
    const fileOfMessage = async (messageId: MessageId): Promise<FileId> =>
      present((await messageOf(ada, 'ben', messageId))?.attachments[0]).fileId;
    const keptFile = await fileOfMessage(kept);
    await ada.engine.request('attachments.pause', { fileId: keptFile });
    await ada.engine.request('attachments.cancel', { fileId: await fileOfMessage(dropped) });
    expect(await messageOf(ada, 'ben', dropped)).toBeUndefined();
    expect(readdirSync(ada.filesPath)).toHaveLength(1);
    line.up();
    await ada.engine.request('connection.retry', {});
    await ada.online();
    await ada.send('ben', 'after');
    await ben.received('after');
    expect((await messageOf(ada, 'ben', kept))?.attachments[0]?.transfer?.state).toBe('paused');
    await ada.engine.request('attachments.resume', { fileId: keptFile });
    await ben.received('kept');
    expect(await ben.texts('ada')).toEqual(['hello', 'after', 'kept']);
    const sent = ada.engine.request('attachments.cancel', { fileId: keptFile });
    await expect(sent).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the relay', () => {
  it('that changed a byte is found out, and the download can be tried again', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const bytes = randomBytes(500_000);
    await attach(ada, 'ben', 'here', [fileOf(bytes)]);
    const file = await receivedFile(ben, 'here');
    const [path = ''] = blobsOf(relay.dataDirectory);
    const whole = readFileSync(path);
    const changed = Buffer.from(whole);
    changed[300_000] = (changed[300_000] ?? 0) ^ 1;
    writeFileSync(path, changed);
    await expect(download(ben, file.fileId)).rejects.toThrow('failed: file-damaged');
    expect((await ben.engine.request('attachments.get', { fileId: file.fileId })).transfer).toEqual({
      direction: 'down',
      state: 'failed',
      reason: 'file-damaged',
    });
    expect(readdirSync(ben.filesPath)).toEqual([]);
    writeFileSync(path, whole);
    expect(await download(ben, file.fileId)).toEqual(bytes);
  });

  it('that has no room fails the message with the reason; with room it can be sent again', async () => {
    const dataDirectory = cleanup.folder();
    const small = await cleanup.relay({ dataDirectory, limits: { mediaQuotaBytes: 10_000 } });
    const port = Number(new URL(small.url).port);
    const [ada, ben] = await acquaintances(cleanup, small.url);
    const messageId = await attach(ada, 'ben', 'big', [fileOf(randomBytes(20_000))]);
    const failed = await ada.event('messages', ({ upserted }) =>
      upserted.some((one) => one.delivery?.state === 'failed'),
    );
    expect(failed.upserted[0]).toMatchObject({
      messageId,
      delivery: { state: 'failed', reason: 'quota-exceeded' },
      attachments: [{ transfer: { state: 'failed', reason: 'quota-exceeded' } }],
    });
    await small.close();
    await cleanup.relay({ dataDirectory, port });
    await ada.engine.request('connection.retry', {});
    await ada.online();
    await ada.engine.request('messages.retry', { messageId });
    await ben.online();
    await ben.received('big');
  });

  it('that lost the file says so', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await attach(ada, 'ben', 'here', [fileOf(randomBytes(100))]);
    const file = await receivedFile(ben, 'here');
    const [path = ''] = blobsOf(relay.dataDirectory);
    truncateSync(path, 0);
    await expect(download(ben, file.fileId)).rejects.toThrow('failed: file-gone');
  });
});

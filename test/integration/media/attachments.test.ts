/** Files between people: real engines, a real relay, real files. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { AttachmentView, MessageView } from '../../../src-shared/contract/views.ts';
import type { FileId, MessageId } from '../../../src-shared/ids.ts';
import { filesWith } from '../../support/engine/files.ts';
import { acquaintances, type Person } from '../../support/engine/person.ts';
import { FaultyLine } from '../../support/processes/faulty-line.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function fileOf(bytes: Uint8Array, name = 'notes.pdf'): string {
  const path = join(cleanup.folder(), name);
  writeFileSync(path, bytes);
  return path;
}

async function attach(
  person: Person,
  to: string,
  text: string,
  paths: readonly string[],
): Promise<MessageId> {
  const attachments: FileId[] = [];
  for (const path of paths)
    attachments.push((await person.engine.request('attachments.import', { path })).fileId);
  const { roomId } = await person.engine.request('conversations.start', { username: to });
  return (await person.engine.request('messages.send', { roomId, text, attachments })).messageId;
}

async function receivedFile(person: Person, text: string): Promise<AttachmentView> {
  const { message } = await person.received(text);
  const [file] = message.attachments;
  if (file === undefined) throw new Error('no file came');
  return file;
}

async function download(person: Person, fileId: FileId): Promise<Buffer> {
  const ended = person.nextEvent(
    'transfer',
    (event) => event.fileId === fileId && event.state !== 'running' && event.state !== 'queued',
  );
  const { isLocal } = await person.engine.request('attachments.download', { fileId });
  if (!isLocal) {
    const { state, reason } = await ended;
    if (state !== 'done') throw new Error(`${state}: ${String(reason)}`);
  }
  const path = join(cleanup.folder(), 'saved');
  await person.engine.request('attachments.saveAs', { fileId, path });
  return readFileSync(path);
}

const blobsOf = (directory: string): string[] =>
  readdirSync(join(directory, 'media', 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function messageOf(
  person: Person,
  other: string,
  messageId: MessageId,
): Promise<MessageView | undefined> {
  return (await person.messages(other)).find((message) => message.messageId === messageId);
}

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
    expect(await download(ben, file?.fileId as FileId)).toEqual(bytes);
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
        messageId: message?.messageId as MessageId,
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
      (await messageOf(ada, 'ben', messageId))?.attachments[0]?.fileId as FileId;
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

describe('an image', () => {
  const photograph = () =>
    sharp({ create: { width: 800, height: 600, channels: 3, background: '#3a7' } })
      .jpeg()
      .withMetadata({
        orientation: 6,
        exif: { IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } },
      })
      .toBuffer();

  it('leaves without what its camera wrote into it, upright, with a thumbnail', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const original = await photograph();
    expect((await sharp(original).metadata()).exif?.includes('SecretCamera')).toBe(true);
    await attach(ada, 'ben', 'look', [fileOf(original, 'cat.jpg')]);
    const file = await receivedFile(ben, 'look');
    expect(file).toMatchObject({
      mediaType: 'image/jpeg',
      image: { width: 600, height: 800 },
      isUnchangedImage: false,
    });
    expect(file.image?.blurHash).toMatch(/^.{28}$/);
    const { messageId } = (await ben.received('look')).message;
    await expect
      .poll(async () => (await messageOf(ben, 'ada', messageId))?.attachments[0]?.thumbnail?.isLocal)
      .toBe(true);
    const thumbnailId = file.thumbnail?.fileId as FileId;
    const small = await ben.engine.request('attachments.openRange', {
      fileId: thumbnailId,
      start: 0,
      length: 100_000,
    });
    expect(await sharp(small).metadata()).toMatchObject({ format: 'webp', width: 384, height: 512 });
    const bytes = await download(ben, file.fileId);
    const metadata = await sharp(bytes).metadata();
    expect(metadata).toMatchObject({ format: 'jpeg', width: 600, height: 800 });
    expect([metadata.exif, metadata.icc, metadata.xmp, metadata.iptc]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(bytes.includes('SecretCamera')).toBe(false);
  });

  it.each(['png', 'webp', 'gif', 'avif'] as const)('in %s stays in its format', async (format) => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const bytes = await sharp({ create: { width: 40, height: 20, channels: 4, background: '#3a78' } })
      .toFormat(format)
      .toBuffer();
    const view = await ada.engine.request('attachments.import', { path: fileOf(bytes, `x.${format}`) });
    expect(view).toMatchObject({ mediaType: `image/${format}`, image: { width: 40, height: 20 } });
    const plain = await ada.engine.request('attachments.openRange', {
      fileId: view.fileId,
      start: 0,
      length: 1_000_000,
    });
    expect((await sharp(plain).metadata()).format).toBe(format === 'avif' ? 'heif' : format);
  });

  it('that moves keeps moving', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const frames = ['#f00', '#0f0', '#00f'].map((background) => ({
      create: { width: 10, height: 10, channels: 3 as const, background },
    }));
    const stills = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
    const gif = await sharp(stills, { join: { animated: true } })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();
    const view = await ada.engine.request('attachments.import', { path: fileOf(gif, 'x.gif') });
    expect(view.image).toMatchObject({ width: 10, height: 10 });
    const plain = await ada.engine.request('attachments.openRange', {
      fileId: view.fileId,
      start: 0,
      length: 1_000_000,
    });
    expect((await sharp(plain).metadata()).pages).toBe(3);
  });

  it('that cannot be decoded, or has too many pixels, goes as it is and says so', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    // 30,000 × 30,000 pixels of one colour: 3.6 GB while decoded.
    const bomb = Buffer.from('89504e470d0a1a0a0000000d49484452000075300000753008020000006e4f5e6a', 'hex');
    for (const bytes of [bomb, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(1000)])]) {
      const view = await ada.engine.request('attachments.import', { path: fileOf(bytes, 'x.png') });
      expect(view).toMatchObject({
        image: null,
        thumbnail: null,
        isUnchangedImage: true,
        size: bytes.length,
      });
    }
  });
});

describe('files of this computer', () => {
  it('over 2 GB, folders and missing files are refused without being read', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const huge = fileOf(new Uint8Array(), 'huge.bin');
    truncateSync(huge, 2 ** 31 + 1);
    const refused = (path: string, code: string) =>
      expect(ada.engine.request('attachments.import', { path })).rejects.toMatchObject({ code });
    await refused(huge, 'file-too-large');
    await refused(cleanup.folder(), 'file-unreadable');
    await refused(join(cleanup.folder(), 'none'), 'file-unreadable');
    expect(readdirSync(ada.filesPath)).toEqual([]);
  });

  it('are never overwritten unless told', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const { fileId } = await ada.engine.request('attachments.import', { path: fileOf(Buffer.from('new')) });
    const path = fileOf(Buffer.from('old'));
    await expect(ada.engine.request('attachments.saveAs', { fileId, path })).rejects.toMatchObject({
      code: 'file-exists',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    await ada.engine.request('attachments.saveAs', { fileId, path, existing: 'overwrite' });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(path, '..'))).toEqual(['notes.pdf']);
  });
});

describe('cleaning up', () => {
  it('drops copies of what was sent and received, never of what is not sent; they can be fetched again', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const bytes = randomBytes(5000);
    await attach(ada, 'ben', 'sent', [fileOf(bytes)]);
    await ben.received('sent');
    await ada.event('accepted');
    const unsent = await ada.engine.request('attachments.import', { path: fileOf(randomBytes(6000)) });
    await ada.receipt((await ada.messages('ben')).at(-1)?.messageId as MessageId, 'delivered');
    expect(await ada.engine.request('storage.cleanUp', { largerThanBytes: 5500 })).toEqual({ freedBytes: 0 });
    expect(await ada.engine.request('storage.cleanUp', { olderThanMs: 3_600_000 })).toEqual({
      freedBytes: 0,
    });
    expect(await ada.engine.request('storage.cleanUp', {})).toEqual({ freedBytes: 5000 });
    expect(readdirSync(ada.filesPath)).toHaveLength(1);
    expect((await ada.engine.request('attachments.get', { fileId: unsent.fileId })).isLocal).toBe(true);
    const mine = (await ada.messages('ben')).at(-1)?.attachments[0];
    expect(mine?.isLocal).toBe(false);
    expect(await download(ada, mine?.fileId as FileId)).toEqual(bytes);
  });

  it('removes at the start what no row knows', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const { fileId } = await ada.engine.request('attachments.import', { path: fileOf(randomBytes(10)) });
    writeFileSync(join(ada.filesPath, 'stray'), 'x');
    await ada.reopen();
    expect(existsSync(join(ada.filesPath, 'stray'))).toBe(false);
    expect((await ada.engine.request('attachments.get', { fileId })).isLocal).toBe(true);
  });
});

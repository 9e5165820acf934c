/** Files on this computer: images that are cleaned, what is refused, saving and cleaning up. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { FileId } from '../../../src-shared/ids.ts';
import { acquaintances, type Person } from '../../support/engine/person.ts';
import { attach, fetched, messageOf, newFile, present, receivedFile } from '../../support/engine/sharing.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const fileOf = (bytes: Uint8Array, name?: string): string => newFile(cleanup, bytes, name);
const download = (person: Person, fileId: FileId): Promise<Buffer> => fetched(cleanup, person, fileId);

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
    const thumbnailId = present(file.thumbnail).fileId;
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
    await ada.receipt(present((await ada.messages('ben')).at(-1)).messageId, 'delivered');
    expect(await ada.engine.request('storage.cleanUp', { largerThanBytes: 5500 })).toEqual({ freedBytes: 0 });
    expect(await ada.engine.request('storage.cleanUp', { olderThanMs: 3_600_000 })).toEqual({
      freedBytes: 0,
    });
    expect(await ada.engine.request('storage.cleanUp', {})).toEqual({ freedBytes: 5000 });
    expect(readdirSync(ada.filesPath)).toHaveLength(1);
    expect((await ada.engine.request('attachments.get', { fileId: unsent.fileId })).isLocal).toBe(true);
    const mine = (await ada.messages('ben')).at(-1)?.attachments[0];
    expect(mine?.isLocal).toBe(false);
    expect(await download(ada, present(mine).fileId)).toEqual(bytes);
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

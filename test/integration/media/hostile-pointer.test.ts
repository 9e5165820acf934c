/** Pointers to files by somebody who is who they say, and lies about everything else. */
import { create } from '@bufbuild/protobuf';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { FileFolder, type FilePointer } from '../../../src-main/engine/attachments/file-folder.ts';
import { toWire } from '../../../src-main/engine/attachments/pointer.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { Forger } from '../../support/engine/forger.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { attach, fetched, messageOf, newFile, present } from '../../support/engine/sharing.ts';
import { MediaClient } from '../../support/relay/media.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Ben, and somebody whose keys are in the hands of a forger, with a real blob at the relay. */
async function victim() {
  const { url } = await cleanup.relay();
  const [mallory, ben] = await acquaintances(cleanup, url);
  const forger = await Forger.become(cleanup, url, mallory, 'ben');
  const folder = new FileFolder(cleanup.folder());
  const pointer = await folder.encrypt('blob', once(randomBytes(1000)));
  const media = await MediaClient.open(url);
  await media.upload(new Uint8Array(readFileSync(folder.path('blob'))));
  const attachment = (changes: Partial<FilePointer> = {}): wire.Attachment =>
    toWire({
      pointer: { ...pointer, ...changes },
      mediaType: 'application/pdf',
      fileName: 'offer.pdf',
      width: 0,
      height: 0,
      blurHash: '',
      thumbnail: null,
    });
  const message = (text: string, attachments: wire.Attachment[]) =>
    ({ case: 'text', value: create(wire.TextSchema, { text, attachments }) }) as const;
  return { ben, forger, pointer, attachment, message };
}

describe('a pointer', () => {
  it('whose file is another one, or does not open, is found out and leaves nothing behind', async () => {
    const { ben, forger, attachment, message } = await victim();
    const lies = [
      attachment({ digest: randomBytes(32) }),
      attachment({ key: randomBytes(32) }),
      attachment({ sizeBytes: 999 }),
    ];
    await forger.send([forger.sign(forger.next({}), message('lies', [...lies, attachment()]))]);
    const { attachments } = (await ben.received('lies')).message;
    expect(attachments).toHaveLength(4);
    for (const { fileId } of attachments.slice(0, 3)) {
      await expect(fetched(cleanup, ben, fileId)).rejects.toThrow('failed: file-damaged');
    }
    expect(readdirSync(ben.filesPath)).toEqual([]);
    expect(await fetched(cleanup, ben, present(attachments[3]).fileId)).toHaveLength(1000);
  });

  it('to a blob that is nowhere says that it is gone', async () => {
    const { ben, forger, attachment, message } = await victim();
    await forger.send([
      forger.sign(forger.next({}), message('nowhere', [attachment({ blobId: randomBytes(32) })])),
    ]);
    const [file] = (await ben.received('nowhere')).message.attachments;
    await expect(fetched(cleanup, ben, present(file).fileId)).rejects.toThrow('failed: file-gone');
  });

  it('of absurd sizes is left out, its message is taken, and no more than 32 are kept', async () => {
    const { ben, forger, attachment, message } = await victim();
    const absurd = [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 31n + 1n].map((size) => {
      const { blob, ...rest } = attachment();
      return { ...rest, blob: { ...present(blob), size } };
    });
    await forger.send([forger.sign(forger.next({}), message('absurd', absurd))]);
    expect((await ben.received('absurd')).message.attachments).toEqual([]);
    await forger.send([
      forger.sign(
        forger.next({}),
        message(
          'many',
          Array.from({ length: 40 }, () => attachment()),
        ),
      ),
    ]);
    expect((await ben.received('many')).message.attachments).toHaveLength(32);
  });

  it('does not come into a message that is there already', async () => {
    const { ben, forger, attachment, message } = await victim();
    const messageId = forger.header().messageId;
    await forger.send([forger.sign(forger.next({ messageId }), message('first', []))]);
    await ben.received('first');
    await forger.send([forger.sign(forger.next({ messageId }), message('first', [attachment()]))]);
    await forger.send([forger.text('marker')]);
    await ben.received('marker');
    expect((await messageOf(ben, 'ada', messageId))?.attachments).toEqual([]);
  });
});

describe('a stranger', () => {
  it('makes nothing be fetched before the request is accepted', async () => {
    const { url } = await cleanup.relay();
    const ben = await Person.join(cleanup, url, 'ben');
    const stranger = await Person.join(cleanup, url, 'stranger');
    const picture = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#3a7' } })
      .png()
      .toBuffer();
    const messageId = await attach(stranger, 'ben', 'look', [newFile(cleanup, picture, 'x.png')]);
    await ben.received('look');
    await stranger.send('ben', 'well?');
    await ben.received('well?');
    const thumbnail = async () => (await messageOf(ben, 'stranger', messageId))?.attachments[0]?.thumbnail;
    expect(await thumbnail()).toMatchObject({ isLocal: false });
    expect(readdirSync(ben.filesPath)).toEqual([]);
    await ben.accept('stranger');
    await expect.poll(thumbnail).toMatchObject({ isLocal: true });
  });
});

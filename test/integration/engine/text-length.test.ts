import { afterEach, describe, expect, it } from 'vitest';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import { acquaintances } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe('a text', () => {
  it('is as long as it may be, and refused with how much too long it is beyond, however long', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const longest = 'x'.repeat(MAX_TEXT_BYTES);
    for (const tooLong of [`${longest}y`, 'é'.repeat(MAX_TEXT_BYTES), 'x'.repeat(3_000_000)]) {
      const bytes = Buffer.byteLength(tooLong) - MAX_TEXT_BYTES;
      await expect(ada.send('ben', tooLong)).rejects.toMatchObject({
        code: 'message-too-long',
        message: expect.stringContaining(`${String(bytes)} bytes too long`) as string,
      });
    }
    await ada.send('ben', longest);
    await ben.received(longest);
    expect(await ada.texts('ben')).toEqual(['hello', longest]);
  });
});

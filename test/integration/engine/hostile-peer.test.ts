/** A peer who is who they say, and lies about everything else. */
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { v4, v7 } from 'uuid';
import type { MessageView } from '../../../src-shared/contract/views.ts';
import { FIRST_DEVICE, idToBytes, parseId, type EnvelopeId, type RoomId } from '../../../src-shared/ids.ts';
import { content as wire, relay } from '../../../src-shared/protocol/frames.ts';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import { directRoomId, type ContentBody } from '../../../src-main/engine/crypto/signed-content.ts';
import { encodeRetryRequest } from '../../../src-main/engine/receive/retry-request.ts';
import { pad } from '../../../src-main/engine/crypto/padding.ts';
import { Forger } from '../../support/engine/forger.ts';
import { acquaintances, Person, textOf } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const text = (text: string): ContentBody => ({ case: 'text', value: create(wire.TextSchema, { text }) });

/** Ben talks with Ada; he also knows Mallory, whose keys are in the hands of a forger. */
async function victim() {
  const { url } = await cleanup.relay();
  const [ada, ben] = await acquaintances(cleanup, url);
  const mallory = await Person.join(cleanup, url, 'mallory');
  const first = await mallory.send('ben', 'I am Mallory');
  await ben.received('I am Mallory');
  await ben.accept('mallory');
  await mallory.receipt(first, 'delivered');
  const forger = await Forger.become(cleanup, url, mallory, 'ben');
  let markers = 0;
  return {
    ada,
    ben,
    forger,
    /** Everything sent before has been dealt with, and the queue goes on. */
    async dealtWith(): Promise<void> {
      markers += 1;
      const marker = `honest ${String(markers)}`;
      await forger.send([forger.text(marker)]);
      const { message } = await ben.received(marker);
      expect(message.isSuspicious).toBe(false);
    },
    fromMallory: async (): Promise<readonly MessageView[]> => ben.messages('mallory'),
    parked: async () => (await ben.engine.request('diagnostics.get', {})).parked,
    verdict: async (wanted: string) => {
      const message = (await ben.messages('mallory')).find((candidate) => textOf(candidate) === wanted);
      if (message === undefined) throw new Error(`"${wanted}" did not come`);
      const { integrity } = await ben.engine.request('messages.details', { messageId: message.messageId });
      return { isSuspicious: message.isSuspicious, ...integrity };
    },
  };
}

describe('a content that is not the sender’s to write', () => {
  it('is put aside: another author, another room, another recipient, no place in the chain', async () => {
    const { ada, ben, forger, dealtWith, fromMallory, parked } = await victim();
    const adaId = (await ada.engine.request('account.get', {}))?.accountId ?? parseId(v4());
    const benId = (await ben.engine.request('account.get', {}))?.accountId ?? parseId(v4());
    const before = await ben.texts('ada');
    const forged = [
      forger.next({
        author: { accountId: adaId, deviceId: FIRST_DEVICE },
        roomId: directRoomId(adaId, benId),
      }),
      forger.next({ author: { accountId: benId, deviceId: FIRST_DEVICE } }),
      forger.next({ roomId: directRoomId(adaId, benId) }),
      forger.next({ roomId: parseId<RoomId>(v4()) }),
      forger.next({ recipientId: adaId, roomId: directRoomId(forger.header().author.accountId, adaId) }),
      forger.next({ chain: null }),
      forger.next({ chain: { epoch: 0, index: 2, previousHash: new Uint8Array(7) } }),
      forger.next({ time: { ms: Number.MAX_SAFE_INTEGER, counter: 0 } }),
    ];
    for (const header of forged) await forger.send([forger.sign(header, text('forged'))]);
    await dealtWith();
    expect((await fromMallory()).map(textOf)).not.toContain('forged');
    expect(await ben.texts('ada')).toEqual(before);
    expect((await parked())['given-up']).toBe(forged.length);
    const notices = (await fromMallory()).filter((message) => message.body.type === 'notice');
    expect(notices.map((message) => message.body)).toEqual(
      forged.map(() => ({ type: 'notice', notice: { type: 'unreadable', outcome: 'given-up' } })),
    );
  });

  it('does not take the others in its packet with it, nor does one of a kind only a newer Kith knows', async () => {
    const { forger, dealtWith, fromMallory, parked } = await victim();
    await forger.send([
      forger.text('before'),
      forger.unknownKind(),
      { content: new Uint8Array([0xff, 0xff]), signature: new Uint8Array() },
      forger.sign(forger.header({ roomId: parseId<RoomId>(v4()) }), text('forged')),
      forger.text('after'),
    ]);
    await dealtWith();
    expect((await fromMallory()).flatMap((message) => textOf(message) ?? [])).toEqual([
      'I am Mallory',
      'before',
      'after',
      'honest 1',
    ]);
    expect((await parked())['given-up']).toBe(1);
  });

  it('cannot be made one by a time or a chain on what has none', async () => {
    const { forger, dealtWith, parked } = await victim();
    const chain = { epoch: 0, index: 1_000, previousHash: new Uint8Array(32) };
    const typing: ContentBody = { case: 'typing', value: create(wire.TypingSchema, { active: true }) };
    await forger.send([forger.sign(forger.header({ chain }), typing)]);
    // The chain of the texts goes on undisturbed.
    await dealtWith();
    expect((await parked())['given-up']).toBe(1);
  });
});

describe('a text that lies', () => {
  it('about its signature is shown as suspicious', async () => {
    const { forger, dealtWith, verdict } = await victim();
    const { content } = forger.text('not signed by me');
    await forger.send([{ content, signature: new Uint8Array(64).fill(1) }]);
    const other = forger.text('signed with nothing');
    await forger.send([{ content: other.content, signature: new Uint8Array() }]);
    await dealtWith();
    for (const wanted of ['not signed by me', 'signed with nothing']) {
      expect(await verdict(wanted)).toMatchObject({ isSuspicious: true, signature: 'invalid' });
    }
  });

  it('about what came before it is flagged', async () => {
    const { forger, verdict, ben } = await victim();
    const { index } = forger.next().chain ?? { index: 0 };
    const lie = (says: string, at: number): Promise<void> => {
      const chain = { epoch: 0, index: at, previousHash: new Uint8Array(32).fill(6) };
      return forger.send([forger.sign(forger.header({ chain }), text(says))]);
    };
    await lie('forked', index);
    await lie('the same place again', index);
    await lie('far ahead', index + 100);
    await lie('long ago', 2 + index);
    // What is stored right after it, and at its own place, says otherwise.
    await lie('before that', 1 + index);
    await lie('at a place that is taken', 2 + index);
    await lie('at the end of all numbers', Number.MAX_SAFE_INTEGER);
    await ben.received('at the end of all numbers');
    expect(await verdict('forked')).toMatchObject({ isSuspicious: true, chain: 'fork' });
    expect(await verdict('the same place again')).toMatchObject({ isSuspicious: true, chain: 'fork' });
    expect(await verdict('far ahead')).toMatchObject({ chain: 'gap' });
    expect(await verdict('long ago')).toMatchObject({ chain: 'late' });
    expect(await verdict('before that')).toMatchObject({ isSuspicious: true, chain: 'fork' });
    expect(await verdict('at a place that is taken')).toMatchObject({ isSuspicious: true, chain: 'fork' });
  });

  it('about the time is flagged, sorted by when the relay had it, and moves nobody’s clock', async () => {
    const { ada, ben, forger, verdict } = await victim();
    const future = Date.now() + 24 * 60 * 60_000;
    await forger.send([
      forger.sign(forger.next({ time: { ms: future, counter: 7 } }), text('from tomorrow')),
    ]);
    await ben.received('from tomorrow');
    expect(await verdict('from tomorrow')).toMatchObject({ isSuspicious: true, clock: 'future' });
    await forger.send([forger.text('from today')]);
    await ben.received('from today');
    expect((await ben.texts('mallory')).slice(-2)).toEqual(['from tomorrow', 'from today']);
    const answer = await ben.send('ada', 'what time is it?');
    await ada.received('what time is it?');
    const seen = (await ada.messages('ben')).find((message) => message.messageId === answer);
    expect(seen?.isSuspicious).toBe(false);
    expect(seen?.sentAtMs).toBeLessThan(future - 60_000);
  });

  it('with the last counter there is keeps nobody from writing', async () => {
    const { ada, ben, forger } = await victim();
    const time = { ms: Date.now() + 4 * 60_000, counter: 2 ** 32 - 1 };
    await forger.send([forger.sign(forger.next({ time }), text('no more numbers'))]);
    await ben.received('no more numbers');
    await ben.send('ada', 'still able to write');
    await ada.received('still able to write');
  });

  it('about its length is cut to what fits a message', async () => {
    const { ben, forger, dealtWith } = await victim();
    await forger.send([forger.text('y'.repeat(MAX_TEXT_BYTES + 5_000))]);
    await dealtWith();
    const long = (await ben.texts('mallory')).find((text) => text.startsWith('y'));
    expect(long).toBe('y'.repeat(MAX_TEXT_BYTES));
  });
});

describe('claims about what is not theirs', () => {
  it('a message with the id of another never replaces or hides that', async () => {
    const { ada, ben, forger, fromMallory } = await victim();
    const theirs = await ada.send('ben', 'by Ada');
    await ben.received('by Ada');
    const own = await ben.send('ada', 'by Ben');
    await ben.receipt(own, 'delivered');
    const known = (await fromMallory()).find((message) => textOf(message) === 'I am Mallory')?.messageId;
    if (known === undefined) throw new Error('Mallory said nothing');
    for (const messageId of [theirs, own, known]) {
      await forger.send([
        forger.sign(forger.header({ messageId, chain: forger.next().chain }), text('replaced')),
      ]);
    }
    await ben.received('I am Mallory');
    // What was thrown away moved the chain: the next honest text is after it, and shows that.
    await forger.send([forger.text('afterwards')]);
    await ben.received('afterwards');
    expect(await ben.texts('ada')).toEqual(['hello', 'by Ada', 'by Ben']);
    expect((await fromMallory()).flatMap((message) => textOf(message) ?? [])).toEqual([
      'I am Mallory',
      'afterwards',
    ]);
  });

  it('receipts count only for messages to the one who sends them', async () => {
    const { ada, ben, forger, dealtWith } = await victim();
    await ada.close();
    const toAda = await ben.send('ada', 'for Ada alone');
    await ben.event('accepted', (event) => event.messageId === toAda);
    const value = create(wire.ReceiptSchema, {
      kind: wire.ReceiptKind.READ,
      messageIds: [idToBytes(toAda), new Uint8Array(16), new Uint8Array(3), idToBytes(toAda)],
    });
    await forger.send([forger.sign(forger.header(), { case: 'receipt', value })]);
    const unspecified = create(wire.ReceiptSchema, { messageIds: [idToBytes(toAda)] });
    await forger.send([forger.sign(forger.header(), { case: 'receipt', value: unspecified })]);
    await dealtWith();
    const message = (await ben.messages('ada')).find((candidate) => candidate.messageId === toAda);
    expect(message?.delivery).toEqual({ state: 'accepted' });
  });

  it('nobody else marks our messages as read, or renames us', async () => {
    const { ben, forger } = await victim();
    const unread = (await ben.conversation('mallory')).unreadCount;
    const value = create(wire.ReadSyncSchema, { upToAcceptedOrder: 2n ** 64n - 1n });
    await forger.send([forger.sign(forger.header(), { case: 'readSync', value })]);
    const profile = create(wire.ProfileSchema, { displayName: `  ${'N'.repeat(5_000)}  ` });
    const unsigned = forger.sign(forger.next(), { case: 'profile', value: profile });
    await forger.send([{ content: unsigned.content, signature: new Uint8Array(64) }]);
    await forger.send([forger.text('x')]);
    await ben.received('x');
    expect((await ben.conversation('mallory')).unreadCount).toBe(unread + 1);
    expect((await ben.conversation('mallory')).peer.displayName).toBe('mallory');
    await forger.send([forger.sign(forger.next(), { case: 'profile', value: profile })]);
    await forger.send([forger.text('y')]);
    await ben.received('y');
    expect((await ben.conversation('mallory')).peer.displayName).toBe('N'.repeat(64));
  });

  it('an answer to a request nobody made is an ordinary message', async () => {
    const { ben, forger, parked } = await victim();
    await forger.send([forger.text('you asked for this')], parseId<EnvelopeId>(v7()));
    await ben.received('you asked for this');
    expect(await parked()).toEqual({ waiting: 0, recovered: 0, 'given-up': 0 });
    expect((await ben.texts('mallory')).at(-1)).toBe('you asked for this');
  });
});

describe('anything at all', () => {
  it('inside or outside a ciphertext is parked or dropped, and the queue goes on', async () => {
    const { ben, forger, dealtWith, fromMallory } = await victim();
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => new Uint8Array(array));
    const types = fc.constantFrom(
      relay.CiphertextType.PLAINTEXT,
      relay.CiphertextType.WHISPER,
      relay.CiphertextType.PRE_KEY,
      relay.CiphertextType.SENDER_KEY,
    );
    const attack = fc.oneof(
      bytes.map((plaintext) => () => forger.sendPlaintext(plaintext)),
      bytes.map((plaintext) => () => forger.sendPlaintext(pad(plaintext))),
      fc
        .array(fc.record({ content: bytes, signature: bytes }), { minLength: 1, maxLength: 12 })
        .map((contents) => () => forger.send(contents)),
      fc.tuple(types, bytes).map(
        ([type, ciphertext]) =>
          () =>
            forger.sendRaw(type, new Uint8Array([1, ...ciphertext])),
      ),
    );
    const before = await ben.texts('ada');
    await fc.assert(
      fc.asyncProperty(fc.array(attack, { minLength: 1, maxLength: 4 }), async (attacks) => {
        for (const perform of attacks) await perform();
        await dealtWith();
      }),
      { numRuns: 15, endOnFailure: true },
    );
    expect(await ben.texts('ada')).toEqual(before);
    const texts = (await fromMallory()).flatMap((message) => textOf(message) ?? []);
    expect(texts.every((said) => said === 'I am Mallory' || said.startsWith('honest '))).toBe(true);
  });

  it('from a stranger learns nothing: no request to resend is answered before it is accepted', async () => {
    const { url } = await cleanup.relay();
    const ben = await Person.join(cleanup, url, 'ben');
    const mallory = await Person.join(cleanup, url, 'mallory');
    await mallory.send('ben', 'you do not know me');
    await ben.received('you do not know me');
    const forger = await Forger.become(cleanup, url, mallory, 'ben');
    const ciphertext = await forger.context.cryptoLane.run(() =>
      forger.context.ciphers.encrypt(
        forger.context.newUnit(),
        { accountId: forger.victimId, deviceId: FIRST_DEVICE },
        new Uint8Array(160),
        new Date(),
      ),
    );
    const request = encodeRetryRequest(parseId<EnvelopeId>(v7()), ciphertext, Date.now(), 1);
    if (request === null) throw new Error('no request');
    await forger.sendRaw(relay.CiphertextType.PLAINTEXT, request);
    await forger.send([forger.text('and now?')]);
    await ben.received('and now?');
    expect(await ben.engine.request('diagnostics.get', {})).toMatchObject({
      unsentContents: 0,
      unsentOther: 0,
    });
    expect(ben.database.read.prepare('SELECT count(*) AS count FROM envelopes').get()).toEqual({ count: 0 });
  });
});

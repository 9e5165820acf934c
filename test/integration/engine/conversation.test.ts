import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MessageView } from '../../../src-shared/contract/views.ts';
import { accountRepository } from '../../../src-main/engine/account/repository.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { acquaintances, Person, textOf } from '../../support/engine/person.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

function mailboxSeq(person: Person): number {
  return accountRepository(person.database.read).mailboxSeq();
}

function lastOrder(messages: readonly MessageView[]): number {
  return messages.at(-1)?.order ?? Infinity;
}

describe('two people', () => {
  it('talk both ways, and see how far their messages came', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const question = await ada.send('ben', 'Lunch?');
    await ben.received('Lunch?');
    await ben.send('ada', 'Gladly');
    await ada.received('Gladly');
    await ada.receipt(question, 'delivered');
    await ben.read('ada');
    await ada.receipt(question, 'read');
    expect(await ada.texts('ben')).toEqual(['hello', 'Lunch?', 'Gladly']);
    expect(await ben.texts('ada')).toEqual(['hello', 'Lunch?', 'Gladly']);
    expect((await ada.messages('ben')).map((message) => message.delivery?.state)).toEqual([
      'read',
      'read',
      undefined,
    ]);
  });

  it('keep what they wrote and what they read over a restart', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.close();
    await ada.send('ben', 'while you were away');
    ben.open();
    await ben.received('while you were away');
    await ada.reopen();
    expect(await ada.texts('ben')).toEqual(['hello', 'while you were away']);
    expect(await ben.texts('ada')).toEqual(['hello', 'while you were away']);
  });

  it('write without a relay: it leaves when the relay is back', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await relay.close();
    await ada.nextEvent('connection', (event) => event.connection.state !== 'online');
    const messageId = await ada.send('ben', 'into the void');
    expect((await ada.messages('ben')).at(-1)?.delivery).toEqual({ state: 'queued' });
    await cleanup.relay({ dataDirectory: relay.dataDirectory, port: Number(new URL(relay.url).port) });
    await ada.engine.request('connection.retry', {});
    await ben.engine.request('connection.retry', {});
    await ben.received('into the void');
    await ada.receipt(messageId, 'delivered');
  });

  it('learn the name the other chose', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ada.engine.request('account.setDisplayName', { displayName: 'Ada Lovelace' });
    const named = ben.nextEvent(
      'conversation',
      (event) => event.conversation.peer.displayName === 'Ada Lovelace',
    );
    await ada.send('ben', 'It is me');
    await named;
  });
});

describe('message requests', () => {
  it('tell a stranger nothing before they are accepted', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const ben = await Person.join(cleanup, relay.url, 'ben');
    const messageId = await ada.send('ben', 'You do not know me');
    expect((await ben.received('You do not know me')).isRequest).toBe(true);
    expect((await ben.conversation('ada')).state).toBe('request');
    await ben.read('ada');
    // Nothing is owed and nothing is on its way, so nothing can have been said.
    expect(await ben.engine.request('diagnostics.get', {})).toMatchObject({
      unsentContents: 0,
      unsentOther: 0,
    });
    await ben.accept('ada');
    await ada.receipt(messageId, 'delivered');
    await ada.receipt(messageId, 'read');
  });

  it('are answered by writing back', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const ben = await Person.join(cleanup, relay.url, 'ben');
    await ada.send('ben', 'hi');
    await ben.received('hi');
    await ben.send('ada', 'hi yourself');
    expect((await ben.conversation('ada')).state).toBe('active');
  });

  it('can be blocked: nothing more is heard until unblocked, and nothing can be sent', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada');
    const ben = await Person.join(cleanup, relay.url, 'ben');
    await ada.send('ben', 'first');
    await ben.received('first');
    const roomId = await ben.room('ada');
    await ben.engine.request('conversations.block', { roomId });
    await expect(ben.engine.request('messages.send', { roomId, text: 'no' })).rejects.toMatchObject({
      code: 'blocked',
    });
    const blocked = await ada.send('ben', 'second');
    await ada.event('accepted', (event) => event.messageId === blocked);
    await vi.waitFor(async () => {
      expect(mailboxSeq(ben)).toBeGreaterThanOrEqual(lastOrder(await ada.messages('ben')));
    });
    await ben.engine.request('conversations.unblock', { roomId });
    await ada.send('ben', 'third');
    const third = await ben.received('third');
    expect(await ben.texts('ada')).toEqual(['first', 'third']);
    const { integrity } = await ben.engine.request('messages.details', {
      messageId: third.message.messageId,
    });
    expect(integrity).toEqual({ signature: 'valid', chain: 'continues', clock: 'plausible' });
  });
});

describe('the small things', () => {
  it('typing is seen, and is not when it is switched off', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const roomId = await ada.room('ben');
    const seen = ben.nextEvent('typing', (event) => event.isTyping);
    await ada.engine.request('conversations.setTyping', { roomId, state: 'typing' });
    await seen;
    // The message that was being typed ends the mark.
    const ended = ben.nextEvent('typing', (event) => !event.isTyping);
    await ada.send('ben', 'there it is');
    await ended;
    await ada.engine.request('settings.set', { sendTyping: false });
    await ada.engine.request('conversations.setTyping', { roomId, state: 'typing' });
    await ada.send('ben', 'done typing');
    await ben.received('done typing');
    expect(ben.events.filter((event) => event.type === 'typing' && event.isTyping)).toHaveLength(1);
  });

  it('read receipts stay home when they are switched off', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.engine.request('settings.set', { sendReadReceipts: false });
    const messageId = await ada.send('ben', 'seen?');
    await ben.received('seen?');
    await ben.read('ada');
    await ada.receipt(messageId, 'delivered');
    expect((await ben.conversation('ada')).unreadCount).toBe(0);
    await ben.send('ada', 'later');
    await ada.received('later');
    expect(
      (await ada.messages('ben')).find((message) => message.messageId === messageId)?.delivery?.state,
    ).toBe('delivered');
  });

  it('unread counts go up and down exactly', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    for (const text of ['one', 'two', 'three']) await ada.send('ben', text);
    await ben.received('three');
    expect((await ben.conversation('ada')).unreadCount).toBe(4);
    const two = (await ben.messages('ada')).find((message) => textOf(message) === 'two');
    if (two === undefined) throw new Error('two is missing');
    const upTo = { order: two.order, row: two.row };
    await ben.engine.request('conversations.markRead', { roomId: two.roomId, upTo });
    expect((await ben.conversation('ada')).unreadCount).toBe(1);
  });

  it('drafts survive a restart and go when the message goes', async () => {
    const relay = await cleanup.relay();
    const [ada] = await acquaintances(cleanup, relay.url);
    const roomId = await ada.room('ben');
    await ada.engine.request('conversations.setDraft', { roomId, text: 'about Friday…' });
    await ada.reopen();
    expect((await ada.conversation('ben')).draft).toBe('about Friday…');
    await ada.engine.request('messages.send', { roomId, text: 'about Friday: yes' });
    expect((await ada.conversation('ben')).draft).toBe('');
  });

  it('history pages by key in both directions without a gap or a repeat', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const expected = ['hello', ...Array.from({ length: 57 }, (_, i) => `message ${String(i)}`)];
    for (const text of expected.slice(1)) await ada.send('ben', text);
    await ben.received('message 56');
    const roomId = await ben.room('ada');
    const pages: string[][] = [];
    let page = await ben.engine.request('messages.page', { roomId, from: { at: 'newest' }, limit: 10 });
    pages.unshift(page.messages.map((message) => textOf(message) ?? ''));
    while (page.hasOlder) {
      const oldest = page.messages[0];
      if (oldest === undefined) break;
      const cursor = { order: oldest.order, row: oldest.row };
      page = await ben.engine.request('messages.page', { roomId, from: { at: 'before', cursor }, limit: 10 });
      pages.unshift(page.messages.map((message) => textOf(message) ?? ''));
    }
    expect(pages.flat()).toEqual(expected);
    expect(page.firstUnread).toEqual({ order: page.messages[0]?.order, row: page.messages[0]?.row });
  });
});

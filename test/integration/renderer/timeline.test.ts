import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import {
  openConversation,
  startInterface,
  type Interface,
  type InterfacePage,
} from '../../support/renderer/interface-fixture.ts';
import { roomId } from '../../support/renderer/people.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

const SCROLLER = `document.querySelector('[role=list]').parentElement`;
const ROOM = roomId(1);
/** Twice what three screens of messages need. */
const MAX_NODES = 2500;

const nodeCount = (opened: InterfacePage) => opened.run<number>(`document.querySelectorAll('*').length`);
const scrollTo = (opened: InterfacePage, top: string) => opened.run(`void (${SCROLLER}.scrollTop = ${top})`);
const distanceFromEnd = (opened: InterfacePage) =>
  opened.run<number>(
    `(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(${SCROLLER})`,
  );

/** The first message that is fully in view, and where it stands. */
const FIRST_VISIBLE = `(() => {
  const edge = ${SCROLLER}.getBoundingClientRect().top;
  const row = [...document.querySelectorAll('[role=listitem]')]
    .map((element) => ({ key: element.dataset.key, top: element.getBoundingClientRect().top - edge }))
    .filter(({ top }) => top >= 0)
    .sort((a, b) => a.top - b.top)[0];
  return row;
})()`;
const topOf = (opened: InterfacePage, key: string) =>
  opened.run<number | null>(
    `(() => { const row = document.querySelector('[data-key="${key}"]'); return row === null ? null : row.getBoundingClientRect().top - ${SCROLLER}.getBoundingClientRect().top; })()`,
  );

describe.skipIf(hasNoBrowser)('a conversation of 10,000 messages', () => {
  test('opens at its newest message with few elements', async () => {
    await using opened = await kith.open('huge');
    await openConversation(opened.page, 'Noor Osei');
    await opened.page
      .getByText(/^10000 /)
      .last()
      .waitFor();
    await expect.poll(() => distanceFromEnd(opened)).toBeLessThanOrEqual(1);
    expect(await nodeCount(opened)).toBeLessThan(MAX_NODES);
    expect(opened.complaints).toEqual([]);
  });

  test('keeps its place to the pixel when older messages come', async () => {
    await using opened = await kith.open('huge');
    await openConversation(opened.page, 'Noor Osei');
    for (let page = 0; page < 8; page += 1) {
      const pagesBefore = (await opened.calls('messages.page')).length;
      await opened.run(`script.pause('messages.page')`);
      await scrollTo(opened, '240');
      await expect
        .poll(async () => (await opened.calls('messages.page')).length)
        .toBeGreaterThan(pagesBefore);
      await opened.painted();
      const before = await opened.run<{ key: string; top: number }>(FIRST_VISIBLE);
      await opened.run(`script.resume('messages.page')`);
      await opened.page.waitForFunction(`${SCROLLER}.scrollTop > 1000`);
      await opened.painted();
      const after = await topOf(opened, before.key);
      expect(after).not.toBeNull();
      expect(Math.abs((after ?? Infinity) - before.top)).toBeLessThanOrEqual(1);
    }
    expect(opened.complaints).toEqual([]);
  });

  test('can be read to its first message and back, never with more elements', async () => {
    await using opened = await kith.open('huge');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    const isAtBeginning = () => page.getByText('This is the beginning of your conversation').isVisible();
    let mostNodes = 0;
    for (let step = 0; step < 400 && !(await isAtBeginning()); step += 1) {
      await scrollTo(opened, '0');
      await opened.painted();
      mostNodes = Math.max(mostNodes, await nodeCount(opened));
    }
    await page.getByText(/^1 /).first().waitFor();
    expect(mostNodes).toBeLessThan(MAX_NODES);

    // Forward, page by page: the window moves along, and nothing jumps to its end.
    for (let step = 0; step < 30; step += 1) {
      const { key } = await opened.run<{ key: string }>(FIRST_VISIBLE);
      await opened.run(`void (${SCROLLER}.scrollTop += 250)`);
      await opened.painted();
      expect(await topOf(opened, key)).not.toBeNull();
    }
    await page.getByRole('button', { name: 'Jump to newest' }).click();
    await page
      .getByText(/^10000 /)
      .last()
      .waitFor();
    await expect.poll(() => distanceFromEnd(opened)).toBeLessThanOrEqual(1);
    expect(opened.complaints).toEqual([]);
  });
});

describe.skipIf(hasNoBrowser)('messages that come', () => {
  test('are followed while the newest is in view, and counted while it is not', async () => {
    await using opened = await kith.open('huge');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await expect.poll(() => distanceFromEnd(opened)).toBeLessThanOrEqual(1);
    await opened.run(`script.engine.receive('${ROOM}', 'first of the new')`);
    await page.getByText('first of the new').last().waitFor();
    await expect.poll(() => distanceFromEnd(opened)).toBeLessThanOrEqual(1);

    await opened.run(`void (${SCROLLER}.scrollTop -= 900)`);
    await page.getByRole('button', { name: 'Jump to newest' }).waitFor();
    const before = await opened.run<{ key: string; top: number }>(FIRST_VISIBLE);
    await opened.run(`script.engine.receive('${ROOM}', 'second'), script.engine.receive('${ROOM}', 'third')`);
    await page.getByRole('button', { name: '2 new messages' }).waitFor();
    expect(Math.abs(((await topOf(opened, before.key)) ?? Infinity) - before.top)).toBeLessThanOrEqual(1);
    await page.getByRole('button', { name: '2 new messages' }).click();
    await page.getByText('third').last().waitFor();
  });

  test('are read when they are seen, up to the last one of the other person', async () => {
    await using opened = await kith.open('main');
    await openConversation(opened.page, 'Noor Osei');
    await expect.poll(() => opened.calls('conversations.markRead')).toHaveLength(1);
    const unread = await opened.run<number>(`script.world.conversations.get('${ROOM}').unreadCount`);
    expect(unread).toBe(0);
    // The line stays where it was when the conversation was opened.
    await opened.painted();
    expect(await opened.page.getByText('New messages').isVisible()).toBe(true);
  });
});

test('nothing is read while the window is in the background; a line marks what came meanwhile', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await openConversation(page, 'Jonas Berg');
  await opened.run(`document.hasFocus = () => false, window.dispatchEvent(new Event('blur'))`);
  await opened.run(`script.engine.receive('${roomId(2)}', 'are you there?')`);
  await page.getByText('New messages').waitFor();
  await opened.painted();
  expect(await opened.calls('conversations.markRead')).toEqual([]);
  expect((await opened.calls('app.setVisibleRoom')).at(-1)).toEqual({ roomId: null });

  await opened.run(`delete document.hasFocus, window.dispatchEvent(new Event('focus'))`);
  await expect.poll(async () => (await opened.calls('conversations.markRead')).length).toBe(1);
  expect(await page.getByText('New messages').isVisible()).toBe(true);
});

test('a part that breaks can be reloaded, and the rest goes on', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await openConversation(page, 'Noor Osei');
  // A view no engine would publish.
  await opened.run(`script.engine.changeConversation('${ROOM}', { peer: null })`);
  await page.getByRole('button', { name: 'Reload' }).first().waitFor();
  expect(await page.getByRole('button', { name: 'New conversation' }).isVisible()).toBe(true);
});

describe.skipIf(hasNoBrowser)('sending', () => {
  test('shows the message at once, then how far it has come', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    const composer = page.getByRole('textbox', { name: 'Message Jonas Berg' });
    await composer.fill('line one');
    await composer.press('Shift+Enter');
    await composer.pressSequentially('line two');
    await composer.press('Enter');
    const row = page.getByRole('article').last();
    await row.getByText('line one\nline two').waitFor();
    expect(await composer.inputValue()).toBe('');
    expect(await opened.calls('messages.send')).toEqual([{ roomId: roomId(2), text: 'line one\nline two' }]);
    const id = await opened.run<string>(`[...script.world.messages.get('${roomId(2)}')].at(-1).messageId`);
    for (const [state, words] of [
      ['accepted', 'Sent'],
      ['delivered', 'Delivered'],
      ['read', 'Read'],
    ] as const) {
      await opened.run(`script.engine.setDelivery('${id}', { state: '${state}' })`);
      await row.getByText(words).last().waitFor();
    }
  });

  test('what fails says why, and can be tried again or discarded', async () => {
    await using opened = await kith.open('long');
    const { page } = opened;
    await openConversation(page, 'Maximiliana');
    const failed = page.getByRole('article').filter({ hasText: 'Not sent. The message is too long.' });
    await failed.getByRole('button', { name: 'Retry' }).click();
    await failed.waitFor({ state: 'detached' });
    expect(await opened.calls('messages.retry')).toHaveLength(1);
  });

  test('what the engine refuses comes back into the composer', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    await opened.run(`script.world.failures.set('messages.send', 'disk-full')`);
    const composer = page.getByRole('textbox', { name: 'Message Jonas Berg' });
    await composer.fill('precious words');
    await composer.press('Enter');
    await page.getByText('The disk is full. Free some space and try again.').first().waitFor();
    await expect.poll(() => composer.inputValue()).toBe('precious words');
  });

  test('a text over the limit says by how much, and cannot be sent', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    await page.getByRole('textbox', { name: 'Message Jonas Berg' }).fill('x'.repeat(MAX_TEXT_BYTES + 5));
    await page.getByText('Too long by 5 bytes.').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  });
});

test('links leave through the shell, and the page stays', async () => {
  await using opened = await kith.open('main');
  await openConversation(opened.page, 'Noor Osei');
  await opened.page.getByRole('link', { name: 'https://example.org/traverse.gpx' }).click();
  await expect
    .poll(() => opened.calls('app.openExternal'))
    .toEqual([{ url: 'https://example.org/traverse.gpx' }]);
  expect(opened.page.url()).toContain('scenario=main');
});

test('the room in front is told to the shell, and that it no longer is', async () => {
  await using opened = await kith.open('main');
  await openConversation(opened.page, 'Noor Osei');
  await openConversation(opened.page, 'Jonas Berg');
  await expect
    .poll(() => opened.calls('app.setVisibleRoom'))
    .toEqual([{ roomId: roomId(1) }, { roomId: null }, { roomId: roomId(2) }]);
});

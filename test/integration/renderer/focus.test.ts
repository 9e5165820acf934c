/** The focus of the keyboard is never lost: whatever goes away, it is somewhere sensible afterwards. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNoBrowser } from '../../support/browser-tests.ts';
import {
  openConversation,
  startInterface,
  type Interface,
} from '../../support/renderer/interface-fixture.ts';
import { roomId } from '../../support/renderer/people.ts';

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const composer = (page: Page, name: string) => page.getByRole('textbox', { name: `Message ${name}` });
const isFocused = (page: Page, name: string) => composer(page, name).and(page.locator(':focus')).waitFor();

describe.skipIf(hasNoBrowser)('the focus', () => {
  test('goes to the composer once a request is accepted', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Priya Raman' }).click();
    await button(page, 'Accept').press('Enter');
    await isFocused(page, 'Priya Raman');
  });

  test('goes to what can be done next when somebody is blocked, and to the composer when not any more', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Priya Raman' }).click();
    await button(page, 'Block').press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).press('Enter');
    await button(page, 'Unblock').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await isFocused(page, 'Priya Raman');
  });

  test('goes to the composer when a changed safety number is accepted', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Tomás Rey');
    await button(page, 'Continue anyway').press('Enter');
    await button(page, 'Continue anyway').waitFor({ state: 'detached' });
    await isFocused(page, 'Tomás Rey');
  });

  test.each(['Discard', 'Retry'])(
    'stays in the conversation when a message that failed is gone: %s',
    async (name) => {
      await using opened = await kith.open('main');
      const { page } = opened;
      await openConversation(page, 'Tomás Rey');
      await button(page, name).press('Enter');
      await button(page, name).waitFor({ state: 'detached' });
      await opened.painted();
      const place = await opened.run<string>(
        `document.activeElement.closest('main')?.getAttribute('aria-label') ?? document.activeElement.tagName`,
      );
      expect(place).toBe('Messages with Tomás Rey');
    },
  );

  test('stays in the composer when a draft is emptied or sent', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Ines Vidal');
    await composer(page, 'Ines Vidal').press('Control+a');
    await page.keyboard.press('Delete');
    await isFocused(page, 'Ines Vidal');
    await page.keyboard.type('Friday it is');
    await page.keyboard.press('Enter');
    await page.getByRole('article').filter({ hasText: 'Friday it is' }).waitFor();
    await isFocused(page, 'Ines Vidal');
  });

  test('goes to the conversation that a notification opened over a dialog', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Noor Osei' }).waitFor();
    await button(page, 'Settings').press('Enter');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await opened.run(`script.publish({ type: 'open-room', roomId: '${roomId(3)}' })`);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await isFocused(page, 'Ines Vidal');
  });

  test('is in the composer when a dialog closes that the menu of the system opened over nothing', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await opened.run(`document.activeElement.blur()`);
    await opened.run(`script.publish({ type: 'command', command: 'settings' })`);
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await isFocused(page, 'Noor Osei');
  });

  test('is in the search field when a dialog closes over no conversation', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option').first().waitFor();
    await opened.run(`script.publish({ type: 'command', command: 'settings' })`);
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').and(page.locator(':focus')).waitFor();
  });

  test('follows from one dialog into the next, and back to where the first was opened', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await button(page, 'New conversation').press('Enter');
    await page.getByRole('dialog', { name: 'New conversation' }).waitFor();
    await opened.run(`script.publish({ type: 'command', command: 'settings' })`);
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await opened.painted();
    expect(await opened.run<string>('document.activeElement.tagName')).not.toBe('BODY');
  });
});

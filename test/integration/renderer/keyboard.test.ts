import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openConversation,
  startInterface,
  type Interface,
} from '../../support/renderer/interface-fixture.ts';
import { roomId } from '../../support/renderer/people.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

describe.skipIf(hasNoBrowser)('finding a conversation', () => {
  test('Ctrl-K, a few letters, arrows, Enter: and the composer has the focus', async () => {
    await using opened = await kith.open('main');
    const { page, painted } = opened;
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('o');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await painted();
    const chosen = page.locator('[role=option]').nth(1);
    expect(await page.getByRole('combobox').getAttribute('aria-activedescendant')).toBe(
      await chosen.getAttribute('id'),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Message Jonas Berg' }).waitFor();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Message Jonas Berg');
    expect(await page.getByRole('combobox').inputValue()).toBe('');
  });

  test('Alt and the arrows go through the conversations in their order', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('main', { name: 'Messages with Priya Raman' }).waitFor();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('main', { name: 'Messages with Noor Osei' }).waitFor();
  });

  test('the list is one stop for Tab; arrows move in it, Enter opens', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('combobox').focus();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toContain('Noor Osei');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(`document.activeElement.textContent.includes('Jonas Berg')`);
    await page.keyboard.press('End');
    await page.waitForFunction(`document.activeElement.textContent.includes('Old Acquaintance')`);
    await page.keyboard.press('Enter');
    await page.getByRole('main', { name: 'Messages with Old Acquaintance' }).waitFor();
  });

  test('2,000 conversations: few elements, and End reaches the last', async () => {
    await using opened = await kith.open('many');
    const { page } = opened;
    await page.getByRole('option').first().focus();
    expect(await opened.run<number>(`document.querySelectorAll('*').length`)).toBeLessThan(1500);
    await page.keyboard.press('End');
    await page.waitForFunction(`document.activeElement.textContent.includes('Person 2000')`);
    expect(await opened.run<number>(`document.querySelectorAll('*').length`)).toBeLessThan(1500);
  });

  test('the menu of a row opens by the keyboard', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Jonas Berg' }).focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Pin' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => opened.calls('conversations.pin'))
      .toEqual([{ roomId: roomId(2), state: 'pinned' }]);
  });
});

describe.skipIf(hasNoBrowser)('in a conversation', () => {
  test('from the composer back to the messages, up with the arrow, and to the tools', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await page.getByRole('textbox', { name: 'Message Noor Osei' }).focus();
    await page.keyboard.press('Shift+Tab');
    expect(await page.locator(':focus').textContent()).toContain('See you at the station');
    await page.keyboard.press('ArrowUp');
    await page.waitForFunction(`document.activeElement.textContent.includes('The rope is drying')`);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Copy text');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => opened.calls('app.copyText'))
      .toEqual([{ text: 'The rope is drying on the balcony' }]);
  });

  test('Escape closes the details', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await page.getByRole('button', { name: 'Details', exact: true }).press('Enter');
    await page.getByRole('complementary', { name: 'Details' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'detached' });
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Details');
  });

  test('another conversation has the focus in its composer, also beside open details', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Noor Osei');
    await page.getByRole('button', { name: 'Details', exact: true }).press('Enter');
    await page.getByRole('complementary', { name: 'Details' }).waitFor();
    await openConversation(page, 'Jonas Berg');
    await opened.painted();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Message Jonas Berg');
  });

  test('an input method may use Enter', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    const composer = page.getByRole('textbox', { name: 'Message Jonas Berg' });
    await composer.fill('にほん');
    await composer.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    await opened.painted();
    expect(await opened.calls('messages.send')).toEqual([]);
    expect(await composer.inputValue()).toBe('にほん');
  });

  test('what was typed is there again, also when the conversation was left at once', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    await page.getByRole('textbox', { name: 'Message Jonas Berg' }).fill('half a thought');
    await page.keyboard.press('Alt+ArrowUp');
    await expect
      .poll(() => opened.calls('conversations.setDraft'))
      .toEqual([{ roomId: roomId(2), text: 'half a thought' }]);
    await openConversation(page, 'Ines Vidal');
    expect(await page.getByRole('textbox', { name: 'Message Ines Vidal' }).inputValue()).toContain(
      'about Friday',
    );
    await openConversation(page, 'Jonas Berg');
    expect(await page.getByRole('textbox', { name: 'Message Jonas Berg' }).inputValue()).toBe(
      'half a thought',
    );
  });

  test('writing is told once, and that it ended', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await openConversation(page, 'Jonas Berg');
    const composer = page.getByRole('textbox', { name: 'Message Jonas Berg' });
    await composer.pressSequentially('on my way');
    await composer.press('Enter');
    await expect
      .poll(() => opened.calls('conversations.setTyping'))
      .toEqual([
        { roomId: roomId(2), state: 'typing' },
        { roomId: roomId(2), state: 'stopped' },
      ]);
  });
});

describe.skipIf(hasNoBrowser)('dialogs', () => {
  test('keep the focus, close with Escape, and give the focus back', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('button', { name: 'New conversation' }).press('Enter');
    await page.getByRole('dialog', { name: 'New conversation' }).waitFor();
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press('Tab');
      expect(await opened.run(`document.activeElement.closest('[role=dialog]') !== null`)).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('New conversation');
  });

  test('a username leads to a conversation', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Control+n');
    await page.getByLabel('Username').fill('@Somebody');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Message somebody' }).waitFor();
    expect(await opened.calls('conversations.start')).toEqual([{ username: 'somebody' }]);
  });

  test('that a menu opened give the focus back to the row', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Jonas Berg' }).focus();
    await page.keyboard.press('Shift+F10');
    // Visible comes before ready: until the menu has the focus, keys go to the list.
    await page.getByRole('menuitem', { name: 'Pin' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Block Jonas Berg?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.activeElement.textContent.includes('Jonas Berg')`);
  });

  test('blocking asks first', async () => {
    await using opened = await kith.open('main');
    const { page } = opened;
    await page.getByRole('option', { name: 'Priya Raman' }).click();
    await page.getByRole('button', { name: 'Block' }).click();
    expect(await opened.calls('conversations.block')).toEqual([]);
    await page
      .getByRole('dialog', { name: 'Block Priya Raman?' })
      .getByRole('button', { name: 'Block' })
      .click();
    await page.getByText('You blocked Priya Raman').waitFor();
    await page.getByRole('button', { name: 'Unblock' }).click();
    await page.getByRole('textbox', { name: 'Message Priya Raman' }).waitFor();
  });
});

test('a request is answered before anything can be written', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await page.getByRole('option', { name: 'Priya Raman' }).click();
  await page.getByText('Priya Raman wants to write to you').waitFor();
  expect(await page.getByRole('textbox', { name: 'Message Priya Raman' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('textbox', { name: 'Message Priya Raman' }).waitFor();
});

test('a changed identity: compare, verify, and the banner goes', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await openConversation(page, 'Tomás Rey');
  await page.getByRole('button', { name: 'Compare safety numbers' }).click();
  const digits = page.getByRole('group', { name: 'Safety number' }).locator('span');
  await digits.first().waitFor();
  expect(await digits.allTextContents()).toHaveLength(12);
  await page.getByRole('button', { name: 'Mark as verified' }).click();
  await page
    .getByText('The safety number of Tomás Rey changed', { exact: true })
    .waitFor({ state: 'detached' });
  await page.getByText('Verified', { exact: true }).waitFor();
});

test('the menu of the system and a clicked notification lead to the right place', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await page.getByRole('option').first().waitFor();
  await opened.run(`script.publish({ type: 'command', command: 'settings' })`);
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await opened.run(`script.publish({ type: 'open-room', roomId: '${roomId(3)}' })`);
  await page.getByRole('main', { name: 'Messages with Ines Vidal' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

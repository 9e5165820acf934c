/** Settings, Security: another recovery key, another passphrase. By the keyboard alone. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInterface, type Interface } from '../../support/renderer/interface-fixture.ts';

const PASSPHRASE = 'correct horse battery';

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

async function openSecurity(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Security' }).click();
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const focused = (page: Page): Promise<string | null> => page.locator(':focus').textContent();

test('a new recovery key asks for the passphrase, is shown, and counts once it is confirmed', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await openSecurity(page);
  await button(page, 'Make a new recovery key').press('Enter');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('That does not open your messages.').waitFor();
  await page.getByLabel('Your passphrase').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await page.getByText('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE').waitFor();
  await page.getByText('The recovery key you had works until you confirm this one.').waitFor();
  expect(await button(page, 'Use this one from now on').isDisabled()).toBe(true);
  expect(await opened.calls('store.confirmRecoveryKey')).toEqual([]);
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.getByText('The new recovery key counts from now on').first().waitFor();
  expect(await opened.calls('store.confirmRecoveryKey')).toEqual([{}]);
  expect(await focused(page)).toBe('Make a new recovery key');
  expect(opened.complaints).toEqual([]);
});

test('the passphrase is changed by whoever knows it', async () => {
  await using opened = await kith.open('main');
  const { page } = opened;
  await openSecurity(page);
  await button(page, 'Change passphrase').press('Enter');
  const fill = async (current: string, next: string, repeated: string): Promise<void> => {
    await page.getByLabel('Current passphrase').fill(current);
    await page.getByLabel('New passphrase').fill(next);
    await page.getByLabel('Repeat the passphrase').fill(repeated);
    await page.keyboard.press('Enter');
  };
  await fill(PASSPHRASE, 'short', 'short');
  await page.getByText('Use at least 8 characters.').waitFor();
  await fill(PASSPHRASE, 'seven tall birches', 'seven tall beeches');
  await page.getByText('The two passphrases differ.').waitFor();
  expect(await opened.calls('store.changePassphrase')).toEqual([]);
  await fill('a guess', 'seven tall birches', 'seven tall birches');
  await page.getByText('That does not open your messages.').waitFor();
  await fill(PASSPHRASE, 'seven tall birches', 'seven tall birches');
  await page.getByText('Passphrase changed').first().waitFor();
  expect(await focused(page)).toBe('Change passphrase');
  expect(opened.complaints).toEqual([]);
});

test('with a keychain there is no passphrase to give or to change', async () => {
  await using opened = await kith.open('keychain');
  const { page } = opened;
  await openSecurity(page);
  await page.getByText('The keychain of this computer opens your messages at every start.').waitFor();
  expect(await button(page, 'Change passphrase').count()).toBe(0);
  await button(page, 'Make a new recovery key').click();
  await page.getByText('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE').waitFor();
  expect(await opened.calls('store.renewRecoveryKey')).toEqual([{}]);
});

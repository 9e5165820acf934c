import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startInterface,
  type Interface,
  type InterfacePage,
} from '../../support/renderer/interface-fixture.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();
const steps = async ({ run }: InterfacePage) =>
  run<readonly string[]>(
    `script.world.calls.map((call) => call.name).filter((name) => ['store.create', 'store.confirmRecoveryKey', 'account.register'].includes(name))`,
  );

test('from nothing to the main window, by the keyboard alone', async () => {
  await using opened = await kith.open('new');
  const { page } = opened;
  const { keyboard } = page;
  await heading(page, 'What is your name?');
  await page.getByText('Step 1 of 3').waitFor();
  await keyboard.type('Zoë Berg');
  expect(await page.getByLabel('Username').inputValue()).toBe('zoe.berg');
  await keyboard.press('Enter');

  await heading(page, 'Choose a relay');
  await keyboard.type('kith://relay?url=https%3A%2F%2Frelay.example.org');
  await keyboard.press('Enter');

  await heading(page, 'Protect your messages');
  await keyboard.type('seven tall birches');
  await page.getByText('Strong.').waitFor();
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.type('seven tall birches');
  await keyboard.press('Enter');

  await heading(page, 'Write down your recovery key');
  expect(await steps(opened)).toEqual(['store.create']);
  await page.getByText('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE').waitFor();
  expect(await page.getByRole('button', { name: 'Finish' }).isDisabled()).toBe(true);
  await keyboard.press('Space');
  await keyboard.press('Enter');

  await heading(page, 'Nobody here yet');
  expect(await steps(opened)).toEqual(['store.create', 'store.confirmRecoveryKey', 'account.register']);
  expect(await opened.calls('account.register')).toEqual([
    {
      relay: 'kith://relay?url=https%3A%2F%2Frelay.example.org',
      username: 'zoe.berg',
      displayName: 'Zoë Berg',
    },
  ]);
  expect(opened.complaints).toEqual([]);
});

test('with a keychain there is no passphrase, only the recovery key', async () => {
  await using opened = await kith.open('new-keychain');
  const { page } = opened;
  await page.getByLabel('Your name').fill('Zoë');
  await page.keyboard.press('Enter');
  await page.getByLabel('Join link or address').fill('relay.example.org');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Make my recovery key' }).click();
  await heading(page, 'Write down your recovery key');
  expect(await opened.calls('store.create')).toEqual([{}]);
});

describe.skipIf(hasNoBrowser)('a refused registration', () => {
  async function finish(page: Page, username: string, relay: string): Promise<void> {
    await page.getByLabel('Your name').fill('Zoë Berg');
    await page.getByLabel('Username').fill(username);
    await page.keyboard.press('Enter');
    await page.getByLabel('Join link or address').fill(relay);
    await page.getByRole('button', { name: 'Finish' }).click();
  }

  test('for the username leads to it, and everything typed is kept', async () => {
    await using opened = await kith.open('unregistered');
    const { page } = opened;
    await page.getByText('Step 1 of 2').waitFor();
    await finish(page, 'taken', 'https://relay.example.org');
    await page.getByText('Somebody already has that username.').waitFor();
    const field = page.getByLabel('Username');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Zoë Berg');
    await field.fill('zoe.b');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Join link or address').inputValue()).toBe('https://relay.example.org');
    await page.getByRole('button', { name: 'Finish' }).click();
    await heading(page, 'Nobody here yet');
  });

  test.each([
    ['https://unreachable.example', 'The relay does not answer.'],
    ['https://closed.example', 'This relay takes no new accounts.'],
  ])('by %s leads to the relay', async (relay, words) => {
    await using opened = await kith.open('unregistered');
    await finish(opened.page, 'zoe.b', relay);
    await opened.page.getByText(words).waitFor();
    expect(await opened.page.getByLabel('Join link or address').getAttribute('aria-invalid')).toBe('true');
    expect(await opened.page.getByLabel('Join link or address').inputValue()).toBe(relay);
  });
});

test('a relay on this computer: started, its link to share, and used', async () => {
  await using opened = await kith.open('unregistered');
  const { page } = opened;
  await page.getByLabel('Your name').fill('Zoë Berg');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Host a relay on this computer/ }).click();
  await page.getByText('The relay runs at 127.0.0.1:7400').waitFor();
  await page.getByRole('button', { name: 'Copy join link' }).click();
  const [copied] = await opened.calls<{ text: string }>('app.copyText');
  expect(copied?.text).toBe('kith://relay?url=http%3A%2F%2F192.168.1.20%3A7400&name=k7Q2');
  await page.getByRole('button', { name: 'Finish' }).click();
  await heading(page, 'Nobody here yet');
  const [registered] = await opened.calls<{ relay: string }>('account.register');
  // The address in the link is of a network that this computer may leave; its own is always there.
  expect(registered?.relay).toBe('kith://relay?url=http%3A%2F%2F127.0.0.1%3A7400&name=k7Q2');
});

test('a join link opened outside fills the field', async () => {
  await using opened = await kith.open('unregistered');
  const { page } = opened;
  await page.getByLabel('Your name').fill('Zoë Berg');
  await page.keyboard.press('Enter');
  await page.getByLabel('Join link or address').waitFor();
  await opened.run(`script.publish({ type: 'join-link', link: 'kith://relay?url=https%3A%2F%2Fa.example' })`);
  await expect
    .poll(() => page.getByLabel('Join link or address').inputValue())
    .toBe('kith://relay?url=https%3A%2F%2Fa.example');
});

describe.skipIf(hasNoBrowser)('a locked store', () => {
  test('opens with its passphrase, and says so when it does not', async () => {
    await using opened = await kith.open('locked');
    const { page } = opened;
    await page.getByLabel('Passphrase').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That does not open your messages.').waitFor();
    await page.getByLabel('Passphrase').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await heading(page, 'Nobody here yet');
  });

  test('after a change of the keychain, the recovery key and a new passphrase open it', async () => {
    await using opened = await kith.open('keychain-changed');
    const { page } = opened;
    await heading(page, 'The keychain of this computer has changed');
    await page.getByLabel('Recovery key').fill('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE');
    await page.getByLabel('New passphrase').fill('seven tall birches');
    await page.getByLabel('Repeat the passphrase').fill('seven tall birches');
    await page.keyboard.press('Enter');
    await heading(page, 'Nobody here yet');
  });

  test('with another keychain, the recovery key alone opens it', async () => {
    await using opened = await kith.open('keychain-reset');
    const { page } = opened;
    await page.getByLabel('Recovery key').fill('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE');
    expect(await page.getByLabel('New passphrase').count()).toBe(0);
    await page.keyboard.press('Enter');
    await heading(page, 'Nobody here yet');
    expect(await opened.calls('store.unlock')).toEqual([
      { by: 'recovery-key', recoveryKey: 'QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE' },
    ]);
  });

  test('without a recovery key asks for none', async () => {
    await using opened = await kith.open('locked-for-good');
    await opened.page.getByText('they have no recovery key').waitFor();
    expect(await opened.page.getByRole('textbox').count()).toBe(0);
  });
});

test('a recovery key that was not confirmed comes first, and then the conversations', async () => {
  await using opened = await kith.open('recovery-key-unconfirmed');
  const { page } = opened;
  await heading(page, 'Write down your recovery key');
  await page.getByText('Kith was closed before you confirmed the last one').waitFor();
  await page.getByText('QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE').waitFor();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await heading(page, 'Nobody here yet');
  expect(await opened.calls('store.confirmRecoveryKey')).toEqual([{}]);
});

test('a damaged store: what happened, where it was moved, what to do', async () => {
  await using opened = await kith.open('failed');
  await heading(opened.page, 'Your messages could not be read');
  const { page } = opened;
  await page.getByText('/home/mara/.config/Kith/store.damaged-2026-03-01').waitFor();
  await page.getByRole('button', { name: 'Show the folder' }).click();
  expect(await opened.calls('app.showDataFolder')).toEqual([{}]);
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading(page, 'What is your name?');
  expect(await opened.calls('app.retry')).toEqual([{}]);
});

test('a store that was replaced: what is gone and what is not, said once', async () => {
  await using opened = await kith.open('recovered');
  const { page } = opened;
  const dialog = page.getByRole('dialog', {
    name: 'Your messages on this computer are gone, your account is not',
  });
  await dialog.getByText('kith.db.damaged-2026-03-01').waitFor();
  await dialog.getByRole('button', { name: 'Understood' }).click();
  await dialog.waitFor({ state: 'detached' });
  await heading(page, 'Nobody here yet');
});

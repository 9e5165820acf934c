/** The interface as a person meets it: every role and name that the tests rely on stands here. */
import type { Locator, Page } from 'playwright-core';

export const PASSPHRASE = 'correct horse battery staple';

export interface NewPerson {
  readonly name: string;
  /** Absent: the field is filled in already. */
  readonly joinLink?: string;
  /** Called on each screen on the way, by its name. */
  readonly onScreen?: (name: string) => Promise<void>;
}

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, exact: true });

export const screens = {
  nameStep: (page: Page) => heading(page, 'What is your name?'),
  relayField: (page: Page) => page.getByLabel('Join link or address'),
  failed: (page: Page) => heading(page, 'Your messages could not be read'),
  protectStep: (page: Page) => heading(page, 'Protect your messages'),
  recoveryStep: (page: Page) => heading(page, 'Write down your recovery key'),
  recoveryKey: (page: Page) => page.getByLabel('Your recovery key'),
  unlock: (page: Page) => heading(page, 'Welcome back'),
  passphrase: (page: Page) => page.getByRole('textbox', { name: 'Passphrase', exact: true }),
  problem: (page: Page) => page.getByText('That does not open your messages. Check how it is written.'),
  main: (page: Page) => page.getByRole('navigation', { name: 'Conversations' }),
  connected: (page: Page) => page.getByText(/^Connected · /),
  composer: (page: Page) => page.getByRole('textbox', { name: /^Message / }),
  /** In any case of letters: until somebody has answered, only their username is known. */
  row: (page: Page, name: string) => page.getByRole('option', { name: new RegExp(name, 'i') }),
  timeline: (page: Page, name: string) => page.getByRole('main', { name: `Messages with ${name}` }),
  message: (page: Page, text: string) => page.getByRole('article').filter({ hasText: text }),
  safetyNumber: (page: Page) => page.getByRole('group', { name: 'Safety number' }),
  accept: (page: Page) => button(page, 'Accept'),
  dialog: (page: Page, name: string) => page.getByRole('dialog', { name }),
  searchField: (page: Page) => page.getByRole('combobox', { name: 'Search conversations' }),
  hostButton: (page: Page) => page.getByRole('button', { name: /Host a relay on this computer/ }),
  hosting: (page: Page) => page.getByText(/^The relay runs at /),
  openSettings: async (page: Page, section: string): Promise<void> => {
    await button(page, 'Settings').click();
    await page.getByRole('tab', { name: section }).click();
  },
};

const nobodyLooks = (_screen: string): Promise<void> => Promise.resolve();

/** From the first screen to the conversations. Returns the recovery key that was shown. */
export async function onboard(page: Page, person: NewPerson): Promise<string> {
  const { name, joinLink, onScreen = nobodyLooks } = person;
  await screens.nameStep(page).waitFor();
  await onScreen('onboarding-name');
  await page.getByLabel('Your name').fill(name);
  await button(page, 'Continue').click();
  await screens.relayField(page).waitFor();
  await onScreen('onboarding-relay');
  if (joinLink !== undefined) await screens.relayField(page).fill(joinLink);
  await button(page, 'Continue').click();
  const key = await protect(page, onScreen);
  await screens.main(page).waitFor();
  return key;
}

/** The last step: passphrase where there is no keychain, and the recovery key. */
export async function protect(page: Page, onScreen = nobodyLooks): Promise<string> {
  await screens.protectStep(page).waitFor();
  await onScreen('onboarding-protect');
  if (await screens.passphrase(page).isVisible()) {
    await screens.passphrase(page).fill(PASSPHRASE);
    await page.getByRole('textbox', { name: 'Repeat the passphrase', exact: true }).fill(PASSPHRASE);
  }
  await button(page, 'Make my recovery key').click();
  await screens.recoveryStep(page).waitFor();
  await onScreen('onboarding-recovery-key');
  return confirmRecoveryKey(page, 'Finish');
}

/** Returns the recovery key that is shown. */
export async function confirmRecoveryKey(page: Page, submit: string): Promise<string> {
  const key = (await screens.recoveryKey(page).textContent()) ?? '';
  await page.getByLabel('I have written it down').check();
  await button(page, submit).click();
  return key;
}

export async function unlock(page: Page, passphrase: string): Promise<void> {
  await screens.unlock(page).waitFor();
  await screens.passphrase(page).fill(passphrase);
  await button(page, 'Unlock').click();
}

export async function startConversation(page: Page, username: string): Promise<void> {
  await button(page, 'New conversation').click();
  const dialog = screens.dialog(page, 'New conversation');
  await dialog.getByLabel('Username').fill(username);
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await screens.composer(page).waitFor();
}

export async function send(page: Page, text: string): Promise<void> {
  await screens.composer(page).fill(text);
  await screens.composer(page).press('Enter');
}

/** Waits until an own message has come so far. */
export async function waitForDelivery(
  page: Page,
  text: string,
  state: 'Sent' | 'Delivered' | 'Read',
): Promise<void> {
  await screens.message(page, text).getByText(state, { exact: true }).first().waitFor({ state: 'attached' });
}

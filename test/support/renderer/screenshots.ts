/** Takes pictures of every screen: `node test/support/renderer/screenshots.ts <folder> [part of a name]`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './browser.ts';
import { serveInterface } from './serve.ts';

interface Shot {
  readonly name: string;
  readonly scenario: string;
  readonly theme?: 'light' | 'dark';
  readonly size?: readonly [width: number, height: number];
  /** The colours of the system instead of ours, and no motion. */
  readonly colours?: 'forced';
  readonly act?: (page: Page) => Promise<void>;
}

const openChat = (name: string) => async (page: Page) => {
  await page.getByRole('option', { name }).first().click();
  await page.getByRole('article').last().waitFor();
};

const openDetails = (name: string) => async (page: Page) => {
  await openChat(name)(page);
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByRole('img', { name: 'Safety number as a QR code' }).waitFor();
};

const settingsTab = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name }).click();
};

const newRecoveryKey = async (page: Page): Promise<void> => {
  await settingsTab('Security')(page);
  await page.getByRole('button', { name: 'Make a new recovery key' }).click();
  await page.getByLabel('Your passphrase').fill('correct horse battery');
  await page.keyboard.press('Enter');
};

const nameStep = async (page: Page): Promise<void> => {
  await page.getByLabel('Your name').fill('Zoë Łukasiewicz');
};
const relayStep = async (page: Page): Promise<void> => {
  await nameStep(page);
  await page.getByRole('button', { name: 'Continue' }).click();
};
const protectStep = async (page: Page): Promise<void> => {
  await relayStep(page);
  await page.getByLabel('Join link or address').fill('https://relay.example.org');
  await page.getByRole('button', { name: 'Continue' }).click();
};
const hosting = async (page: Page): Promise<void> => {
  await relayStep(page);
  await page.getByRole('button', { name: /Host a relay/ }).click();
};
const recovery = async (page: Page): Promise<void> => {
  await protectStep(page);
  await page.getByLabel('Passphrase', { exact: true }).fill('seven tall birches');
  await page.getByLabel('Repeat the passphrase').fill('seven tall birches');
  await page.getByRole('button', { name: 'Make my recovery key' }).click();
};
const taken = async (page: Page): Promise<void> => {
  await nameStep(page);
  await page.getByLabel('Username').fill('taken');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Join link or address').fill('https://relay.example.org');
  await page.getByRole('button', { name: 'Finish' }).click();
};

const shots: readonly Shot[] = [
  { name: 'main-light', scenario: 'main', act: openChat('Noor Osei') },
  { name: 'main-dark', scenario: 'main', theme: 'dark', act: openChat('Noor Osei') },
  { name: 'details-light', scenario: 'main', act: openDetails('Noor Osei') },
  { name: 'details-dark', scenario: 'main', theme: 'dark', act: openDetails('Noor Osei') },
  { name: 'details-overlay', scenario: 'main', size: [900, 700], act: openDetails('Noor Osei') },
  {
    name: 'hover',
    scenario: 'main',
    act: async (page) => {
      await openChat('Noor Osei')(page);
      await page.getByRole('article').nth(-4).hover();
    },
  },
  { name: 'small', scenario: 'main', size: [800, 560], act: openChat('Noor Osei') },
  { name: 'wide', scenario: 'main', size: [3840, 2160], act: openDetails('Noor Osei') },
  { name: 'placeholder', scenario: 'main' },
  { name: 'banner-light', scenario: 'main', act: openChat('Tomás Rey') },
  { name: 'banner-dark', scenario: 'main', theme: 'dark', act: openChat('Tomás Rey') },
  { name: 'request', scenario: 'main', act: openChat('Priya Raman') },
  { name: 'blocked', scenario: 'main', act: openChat('Old Acquaintance') },
  {
    name: 'menu',
    scenario: 'main',
    act: async (page) => {
      await page.getByRole('option', { name: 'Jonas Berg' }).click({ button: 'right' });
    },
  },
  {
    name: 'search',
    scenario: 'main',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('o');
    },
  },
  { name: 'long', scenario: 'long', act: openChat('Maximiliana') },
  { name: 'long-small', scenario: 'long', size: [800, 560], act: openChat('Maximiliana') },
  { name: 'huge', scenario: 'huge', act: openChat('Noor Osei') },
  {
    name: 'huge-middle',
    scenario: 'huge',
    act: async (page) => {
      await openChat('Noor Osei')(page);
      await page.getByRole('article').last().hover();
      await page.mouse.wheel(0, -3000);
      await page.getByRole('button', { name: 'Jump to newest' }).waitFor();
    },
  },
  { name: 'many', scenario: 'many' },
  { name: 'empty-light', scenario: 'empty' },
  { name: 'empty-dark', scenario: 'empty', theme: 'dark' },
  { name: 'list-error', scenario: 'list-error' },
  { name: 'waiting', scenario: 'waiting' },
  { name: 'refused', scenario: 'refused' },
  { name: 'catching-up', scenario: 'catching-up' },
  {
    name: 'new-conversation',
    scenario: 'main',
    act: async (page) => {
      await page.getByRole('button', { name: 'New conversation' }).click();
      await page.getByLabel('Username').fill('nobody');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
    },
  },
  {
    name: 'message-details',
    scenario: 'main',
    act: async (page) => {
      await openChat('Lena Fischer')(page);
      await page.getByRole('article').last().hover();
      await page.getByRole('button', { name: 'Message details' }).click();
    },
  },
  { name: 'settings-profile', scenario: 'main', act: settingsTab('Profile') },
  { name: 'settings-privacy-dark', scenario: 'main', theme: 'dark', act: settingsTab('Privacy') },
  { name: 'settings-appearance', scenario: 'main', act: settingsTab('Appearance') },
  {
    name: 'settings-relay',
    scenario: 'main',
    act: async (page) => {
      await settingsTab('Relay')(page);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
    },
  },
  { name: 'settings-security', scenario: 'main', act: settingsTab('Security') },
  { name: 'settings-recovery-key', scenario: 'main', act: newRecoveryKey },
  { name: 'settings-about', scenario: 'main', act: settingsTab('About') },
  { name: 'onboarding-name', scenario: 'new', act: nameStep },
  { name: 'onboarding-relay', scenario: 'new', act: relayStep },
  { name: 'onboarding-hosting', scenario: 'new', act: hosting },
  {
    name: 'onboarding-protect',
    scenario: 'new',
    act: async (page) => {
      await protectStep(page);
      await page.getByLabel('Passphrase', { exact: true }).fill('seven tall');
    },
  },
  { name: 'onboarding-keychain', scenario: 'new-keychain', act: protectStep },
  { name: 'onboarding-recovery', scenario: 'new', act: recovery },
  { name: 'onboarding-recovery-dark', scenario: 'new', theme: 'dark', act: recovery },
  { name: 'onboarding-taken', scenario: 'unregistered', act: taken },
  {
    name: 'locked',
    scenario: 'locked',
    act: async (page) => {
      await page.getByLabel('Passphrase').fill('wrong');
      await page.getByRole('button', { name: 'Unlock' }).click();
    },
  },
  { name: 'keychain-changed', scenario: 'keychain-changed' },
  { name: 'keychain-reset', scenario: 'keychain-reset' },
  { name: 'recovery-key-again', scenario: 'recovery-key-unconfirmed' },
  { name: 'failed', scenario: 'failed' },

  ...(['light', 'dark'] as const).flatMap((theme): readonly Shot[] => [
    {
      name: `forced-main-${theme}`,
      scenario: 'main',
      theme,
      colours: 'forced',
      act: openDetails('Noor Osei'),
    },
    {
      name: `forced-settings-${theme}`,
      scenario: 'main',
      theme,
      colours: 'forced',
      act: settingsTab('Privacy'),
    },
  ]),
  { name: 'forced-banner', scenario: 'main', colours: 'forced', act: openChat('Tomás Rey') },
  {
    name: 'forced-focus',
    scenario: 'main',
    colours: 'forced',
    act: async (page) => {
      await page.getByRole('option', { name: 'Noor Osei' }).click();
      await page.getByRole('combobox').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowDown');
    },
  },
  {
    name: 'forced-menu',
    scenario: 'main',
    colours: 'forced',
    act: async (page) => {
      await page.getByRole('option', { name: 'Jonas Berg' }).click({ button: 'right' });
      await page.keyboard.press('ArrowDown');
    },
  },
  {
    name: 'forced-search',
    scenario: 'main',
    colours: 'forced',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('o');
    },
  },
  { name: 'forced-hosting', scenario: 'new', colours: 'forced', act: hosting },
  { name: 'forced-recovery', scenario: 'new', colours: 'forced', act: recovery },
  { name: 'forced-locked', scenario: 'locked', colours: 'forced' },
  { name: 'forced-waiting', scenario: 'waiting', colours: 'forced' },
];

const [folder = 'test-results/screenshots', part = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await using served = await serveInterface();
const browser = await launchChromium();
try {
  for (const {
    name,
    scenario,
    theme = 'light',
    size: [width, height] = [1320, 820],
    colours,
    act,
  } of shots) {
    if (!name.includes(part)) continue;
    const page = await browser.newPage({ viewport: { width, height }, locale: 'en-GB', colorScheme: theme });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        console.log(`${name}: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      console.log(`${name}: ${error.message}`);
    });
    page.setDefaultTimeout(5000);
    try {
      if (colours === 'forced') await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
      await page.goto(`${served.url}?scenario=${scenario}&theme=${theme}`);
      await act?.(page);
      // Two frames: the last event has been applied and painted.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    } catch (error) {
      console.log(`${name}: ${String(error)}`);
    }
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
    await page.close();
  }
} finally {
  await browser.close();
}

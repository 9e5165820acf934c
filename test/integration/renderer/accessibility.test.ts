import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openConversation,
  startInterface,
  type Interface,
  type InterfacePage,
} from '../../support/renderer/interface-fixture.ts';
import type { ScenarioName } from '../../support/renderer/scenarios.ts';
import { hasNoBrowser } from '../../support/browser-tests.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let kith: Interface;
beforeAll(async () => {
  kith = await startInterface();
});
afterAll(() => kith[Symbol.asyncDispose]());

/** What axe-core finds, in short: rule, element, why. */
async function violations({ page, run, painted }: InterfacePage): Promise<readonly string[]> {
  await painted();
  // Evaluated by the debugger, so that the page's policy stays as strict as it ships.
  await page.evaluate(axeSource);
  const { violations: found } = await run<AxeResults>(`axe.run(document, { resultTypes: ['violations'] })`);
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
}

interface Screen {
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly act?: (page: Page) => Promise<void>;
}

const chat = (name: string) => (page: Page) => openConversation(page, name);

const screens: readonly Screen[] = [
  { name: 'a conversation', scenario: 'main', act: chat('Noor Osei') },
  {
    name: 'the details',
    scenario: 'main',
    act: async (page) => {
      await openConversation(page, 'Noor Osei');
      await page.getByRole('button', { name: 'Details', exact: true }).click();
      await page.getByRole('img', { name: 'Safety number as a QR code' }).waitFor();
    },
  },
  { name: 'a changed identity', scenario: 'main', act: chat('Tomás Rey') },
  { name: 'a request', scenario: 'main', act: chat('Priya Raman') },
  { name: 'a blocked person', scenario: 'main', act: chat('Old Acquaintance') },
  { name: 'long and failed texts', scenario: 'long', act: chat('Maximiliana') },
  { name: 'no conversation chosen', scenario: 'main' },
  { name: 'no conversation at all', scenario: 'empty' },
  { name: 'a failed list', scenario: 'list-error' },
  {
    name: 'a search without matches',
    scenario: 'main',
    act: (page) => page.getByRole('combobox').fill('nobody at all'),
  },
  {
    name: 'the menu of a conversation',
    scenario: 'main',
    act: async (page) => {
      await page.getByRole('option', { name: 'Jonas Berg' }).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'a new conversation refused',
    scenario: 'main',
    act: async (page) => {
      await page.getByRole('button', { name: 'New conversation' }).click();
      await page.getByLabel('Username').fill('nobody');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'the details of a message',
    scenario: 'main',
    act: async (page) => {
      await openConversation(page, 'Lena Fischer');
      await page.getByRole('article').last().hover();
      await page.getByRole('button', { name: 'Message details' }).click();
      await page.getByText('Checks').waitFor();
    },
  },
  ...['Profile', 'Privacy', 'Notifications', 'Appearance', 'Relay', 'About'].map((tab) => ({
    name: `the settings: ${tab}`,
    scenario: 'main' as const,
    act: async (page: Page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('tab', { name: tab }).click();
    },
  })),
  { name: 'waiting for the relay', scenario: 'waiting' },
  { name: 'refused by the relay', scenario: 'refused' },
  { name: 'catching up', scenario: 'catching-up' },
  { name: 'the first step', scenario: 'new' },
  { name: 'a locked store', scenario: 'locked' },
  { name: 'a changed keychain', scenario: 'keychain-changed' },
  { name: 'a failed start', scenario: 'failed' },
];

describe.skipIf(hasNoBrowser).each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each(screens)('$name: no violations, no complaints', async ({ scenario, act }) => {
    await using opened = await kith.open(scenario, { theme });
    await opened.page.locator('main').first().waitFor();
    await act?.(opened.page);
    expect(await violations(opened)).toEqual([]);
    expect(opened.complaints).toEqual([]);
  });
});

test.each([
  { width: 800, height: 560 },
  { width: 3840, height: 2160 },
])('nothing runs over the edge at $width × $height', async (size) => {
  await using opened = await kith.open('long', { size });
  await openConversation(opened.page, 'Maximiliana');
  const overflowing = await opened.run<
    readonly string[]
  >(`[...document.querySelectorAll('body, nav, main, main > *, [role=listitem]')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.outerHTML)`);
  expect(overflowing).toEqual([]);
});

test('the theme follows the setting', async () => {
  await using opened = await kith.open('main', { theme: 'light' });
  await opened.page.getByRole('button', { name: 'Settings' }).click();
  await opened.page.getByRole('tab', { name: 'Appearance' }).click();
  await opened.page.getByRole('radio', { name: 'Dark' }).click();
  await opened.page.waitForFunction(`document.documentElement.dataset.theme === 'dark'`);
});

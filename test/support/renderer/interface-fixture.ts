/** The built interface in Chromium, one page a test; every complaint of the browser is kept. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './browser.ts';
import type { ScenarioName } from './scenarios.ts';
import { serveInterface, type ServedInterface } from './serve.ts';

export interface OpenOptions {
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

export interface Interface extends AsyncDisposable {
  readonly open: (scenario: ScenarioName, options?: OpenOptions) => Promise<InterfacePage>;
}

export interface InterfacePage extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained about: the content security policy, errors, warnings. */
  readonly complaints: readonly string[];
  /** Evaluates an expression in the page, where `script` is the hand of the test. */
  readonly run: <Result>(expression: string) => Promise<Result>;
  /** Parameters of all requests of this name so far. */
  readonly calls: <Params>(name: string) => Promise<readonly Params[]>;
  /** Two frames: what was published is applied, and painted. */
  readonly painted: () => Promise<void>;
}

export async function startInterface(): Promise<Interface> {
  const served = await serveInterface();
  const browser = await launchChromium();
  return {
    open: (scenario, options = {}) => openPage(browser, served, scenario, options),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

async function openPage(
  browser: Browser,
  served: ServedInterface,
  scenario: ScenarioName,
  { theme = 'light', size = { width: 1320, height: 820 } }: OpenOptions,
): Promise<InterfacePage> {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', colorScheme: theme });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${served.url}?scenario=${scenario}&theme=${theme}`);
  const run = <Result>(expression: string): Promise<Result> => page.evaluate<Result>(expression);
  return {
    page,
    complaints,
    run,
    calls: (name) =>
      run(`script.world.calls.filter((call) => call.name === '${name}').map((call) => call.params)`),
    painted: () =>
      run('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))'),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Opens a conversation by the name in the list. */
export async function openConversation(page: Page, name: string): Promise<void> {
  await page.getByRole('option', { name }).first().click();
  await page.getByRole('main', { name: `Messages with ${name}` }).waitFor();
  await page.getByRole('article').last().waitFor();
}

/** Accessibility of what is on screen, and a picture of it for people to look at. */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { ROOT } from './host.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export interface Violation {
  readonly rule: string;
  readonly help: string;
  readonly targets: readonly string[];
}

/** What axe-core finds wrong with the page as it is. */
async function violations(page: Page): Promise<Violation[]> {
  // Evaluated, not added as a script: the page's policy rightly refuses scripts from elsewhere.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return found.violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    targets: nodes.map(({ target }) => target.join(' ')),
  }));
}

async function setTheme(app: ElectronApplication, page: Page, theme: 'light' | 'dark'): Promise<void> {
  await app.evaluate(({ nativeTheme }, source) => {
    nativeTheme.themeSource = source;
  }, theme);
  await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
  // Colours fade over; what is half way has neither's contrast.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = join(ROOT, 'test-results');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/** Looks at one screen in both themes. */
export async function lookAt(app: ElectronApplication, page: Page, name: string): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(app, page, theme);
    await picture(page, `${name}-${theme}`);
    found.push(...(await violations(page)));
  }
  return found;
}

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../src-renderer/', import.meta.url));
const tokens = readFileSync(join(root, 'styles/tokens.css'), 'utf8');
const read = (pattern: string): ReadonlyMap<string, string> =>
  new Map(
    globSync(pattern, { cwd: root }).map((path) => [
      join(root, path),
      readFileSync(join(root, path), 'utf8'),
    ]),
  );
const sheets = read('**/*.module.css');
const components = read('**/*.tsx');

describe('CSS modules', () => {
  /** Classes by sheet, as the components that import it name them. */
  const used = new Map<string, Set<string>>();
  for (const [path, source] of components) {
    for (const [, local = '', file = ''] of source.matchAll(/import (\w+) from '([^']+\.module\.css)'/gu)) {
      const sheet = resolve(dirname(path), file);
      const names = used.get(sheet) ?? new Set<string>();
      for (const [, name = ''] of source.matchAll(new RegExp(`\\b${local}\\['(\\w+)'\\]`, 'gu')))
        names.add(name);
      // Chosen by a value: every class may be meant.
      if (new RegExp(`\\b${local}\\[[a-z]`, 'u').test(source)) names.add('*');
      used.set(sheet, names);
    }
  }

  test.each([...sheets.keys()].map((path) => path.slice(root.length)))(
    '%s has each class that is used, and no other',
    (name) => {
      const path = join(root, name);
      const sheet = sheets.get(path) ?? '';
      const defined = new Set([...sheet.matchAll(/\.([a-zA-Z]\w*)/gu)].map((match) => match[1] ?? ''));
      const names = used.get(path) ?? new Set<string>();
      for (const name of names) if (name !== '*') expect([...defined]).toContain(name);
      if (!names.has('*')) expect([...defined].filter((name) => !names.has(name))).toEqual([]);
    },
  );
});

/** Relative luminance and contrast: WCAG 2.2, definitions of both. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function theme(selector: string): ReadonlyMap<string, string> {
  const block = tokens.slice(tokens.indexOf(selector)).split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gu)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

describe.each([
  ['light', theme(":root,\n:root[data-theme='light']")],
  ['dark', theme(":root[data-theme='dark']")],
])('colours of the %s theme', (_name, colours) => {
  const colour = (name: string): string => {
    const value = colours.get(name);
    if (value === undefined) throw new Error(`no token --${name}`);
    return value;
  };
  const surfaces = ['bg', 'rail', 'panel'];

  test.each(
    ['ink', 'ink-2', 'ink-3', 'accent', 'warn', 'ok', 'danger'].flatMap((ink) =>
      surfaces.map((on) => [ink, on]),
    ),
  )('%s is readable on %s', (ink, surface) => {
    expect(contrast(colour(ink), colour(surface))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    ['accent-ink', 'accent'],
    ['accent-ink', 'accent-strong'],
    ['ink', 'accent-soft'],
    ['ink', 'warn-soft'],
    ['warn', 'warn-soft'],
    ['danger', 'danger-soft'],
    ['accent', 'accent-soft'],
    ['panel', 'ink-3'],
  ])('%s is readable on %s', (ink, surface) => {
    expect(contrast(colour(ink), colour(surface))).toBeGreaterThanOrEqual(4.5);
  });

  test('edges of fields can be seen', () => {
    for (const surface of surfaces)
      expect(contrast(colour('line-strong'), colour(surface))).toBeGreaterThanOrEqual(3);
  });
});

test('letters are readable on every colour of avatars', () => {
  const avatars = theme(':root {');
  for (let tint = 1; tint <= 8; tint += 1) {
    expect(
      contrast(avatars.get('avatar-ink') ?? '', avatars.get(`avatar-${String(tint)}`) ?? ''),
    ).toBeGreaterThanOrEqual(4.5);
  }
});

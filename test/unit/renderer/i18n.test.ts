import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src-shared/errors.ts';
import { english, type MessageKey } from '../../../src-renderer/app/i18n/catalogue.ts';
import { createTranslate } from '../../../src-renderer/app/i18n/translate.ts';

const sources = import.meta.glob<string>('../../../src-renderer/**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const keys = Object.keys(english) as MessageKey[];
const t = createTranslate(english, 'en-GB');

/** Attributes whose text people read or hear. */
const READ_ATTRIBUTES = new Set([
  'aria-label',
  'aria-description',
  'alt',
  'label',
  'placeholder',
  'text',
  'title',
]);

/** Texts in JSX that do not come from the catalogue; marks without letters are no language. */
function hardCodedTexts(path: string, source: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(node.text.trim());
    if (
      ts.isJsxAttribute(node) &&
      READ_ATTRIBUTES.has(node.name.getText()) &&
      node.initializer !== undefined &&
      ts.isStringLiteral(node.initializer)
    ) {
      found.push(node.initializer.text);
    }
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent) && node.expression !== undefined) {
      const { expression } = node;
      if (ts.isStringLiteralLike(expression) && /\p{L}/u.test(expression.text)) found.push(expression.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found;
}

describe('the catalogue', () => {
  test('has words for every error', () => {
    for (const code of ERROR_CODES) expect(t(`error.${code}`)).toMatch(/\.$/);
  });

  test('has no empty text and no stray spaces', () => {
    for (const key of keys) {
      const message: string | Readonly<Record<string, string>> = english[key];
      const texts = typeof message === 'string' ? [message] : Object.values(message);
      for (const text of texts) expect(text, key).toMatch(/^\S(.*\S)?$/su);
    }
  });

  test('has every key once', () => {
    const files = Object.entries(sources).filter(([path]) => path.includes('/i18n/en/'));
    const defined = files.flatMap(([, source]) =>
      [...source.matchAll(/^ {2}'([^']+)':/gmu)].map((match) => match[1]),
    );
    expect(new Set(defined).size).toBe(defined.length);
    expect(defined.length).toBe(keys.length);
  });

  test('has no key that nothing says', () => {
    const code = Object.entries(sources)
      .filter(([path]) => !path.includes('/i18n/en/'))
      .map(([, source]) => source)
      .join('\n');
    // Keys put together from a part that varies: `error.${code}`.
    const prefixes = [...code.matchAll(/[`']([\w.-]+\.)\$\{/gu)].map((match) => match[1] ?? '');
    const unused = keys.filter(
      (key) =>
        !code.includes(`'${key}'`) && !prefixes.some((prefix) => prefix !== '' && key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});

describe('components', () => {
  test('say nothing but the catalogue', () => {
    const components = Object.entries(sources).filter(([path]) => path.endsWith('.tsx'));
    expect(components.length).toBeGreaterThan(40);
    const offenders = components.flatMap(([path, source]) =>
      hardCodedTexts(path, source).map((text) => `${path}: ${text}`),
    );
    expect(offenders).toEqual([]);
  });

  test('the check sees what it looks for', () => {
    expect(hardCodedTexts('a.tsx', '<p title="Hello">Hi {"there"} · {t("a")}</p>')).toEqual([
      'Hello',
      'Hi',
      'there',
    ]);
  });
});

describe('translating', () => {
  test('fills in names and numbers', () => {
    expect(t('timeline.received', { name: 'Noor', text: '{name}' })).toBe('Noor: {name}');
    expect(t('connection.catchingUp', { received: 3120, total: 9800 })).toBe('Catching up: 3,120 of 9,800');
  });

  test('chooses the plural form', () => {
    expect(t('list.unread', { count: 1 })).toBe('1 unread message');
    expect(t('list.unread', { count: 0 })).toBe('0 unread messages');
    expect(t('list.unread', { count: 1200 })).toBe('1,200 unread messages');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitLinks } from '../../../src-renderer/features/timeline/links.ts';
import { foldedText, isLargeEmoji } from '../../../src-renderer/features/timeline/text-shape.ts';

const links = (text: string): readonly string[] =>
  splitLinks(text).flatMap((part) => (part.type === 'link' ? [part.text] : []));

describe('links', () => {
  test.each([
    ['see https://example.org.', ['https://example.org']],
    ['(https://example.org/a)', ['https://example.org/a']],
    ['https://example.org/a_(b)', ['https://example.org/a_(b)']],
    ['“https://example.org/x?y=1&z=2”, she said', ['https://example.org/x?y=1&z=2']],
    ['HTTP://EXAMPLE.ORG and https://b.example', ['HTTP://EXAMPLE.ORG', 'https://b.example']],
    ['**https://example.org**', ['https://example.org']],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://example.org',
    'https://',
    'data:text/html,hi',
    'xhttps://example.org',
    'https://bank.example@evil.example/',
  ])('%s is no link', (text) => {
    expect(links(text)).toEqual([]);
  });

  test('the parts joined are the text, and every link is http or https', () => {
    const pieces = fc.constantFrom(
      'https://',
      'http://a.example',
      'b',
      '.',
      ')',
      '(',
      ' ',
      '\n',
      '@',
      '/',
      '👍',
      'é',
    );
    fc.assert(
      fc.property(
        fc.array(pieces).map((parts) => parts.join('')),
        (text) => {
          const parts = splitLinks(text);
          expect(parts.map((part) => part.text).join('')).toBe(text);
          for (const part of parts) if (part.type === 'link') expect(part.url).toMatch(/^https?:\/\//);
        },
      ),
    );
  });
});

describe('large emoji', () => {
  test.each(['👍', '🔥🏔️', '👨‍👩‍👧‍👦', '🇩🇪 🇫🇷', '❤️'])('%s', (text) => {
    expect(isLargeEmoji(text)).toBe(true);
  });
  test.each(['', '   ', 'ok 👍', '3', '👍👍👍👍👍👍👍'])('not %j', (text) => {
    expect(isLargeEmoji(text)).toBe(false);
  });
});

describe('folding', () => {
  test('short texts are shown whole', () => {
    expect(foldedText('a few words\nin two lines')).toBeNull();
    expect(foldedText('x'.repeat(1500))).toBeNull();
  });

  test('many lines are folded at a line', () => {
    const folded = foldedText(Array.from({ length: 60 }, (_, line) => `line ${String(line)}`).join('\n'));
    expect(folded?.split('\n')).toHaveLength(18);
    expect(folded).toMatch(/line 17…$/);
  });

  test('is a beginning of the text, much shorter, and cuts no character in half', () => {
    const word = fc.constantFrom('word ', '👍', 'é', '\n', 'x'.repeat(90));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 200, maxLength: 900 }).map((parts) => parts.join('')),
        (text) => {
          const folded = foldedText(text);
          if (folded === null) return;
          const beginning = folded.slice(0, -1);
          expect(text.startsWith(beginning)).toBe(true);
          expect(beginning.isWellFormed()).toBe(true);
          expect(folded.length).toBeLessThan(text.length);
        },
      ),
    );
  });
});

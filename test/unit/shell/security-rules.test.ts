import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assetFor, isAppUrl } from '../../../src-main/shell/security/app-address.ts';
import { CONTENT_SECURITY_POLICY } from '../../../src-main/shell/security/app-protocol.ts';
import { externalAddress } from '../../../src-main/shell/security/external-address.ts';

describe('which file an address means', () => {
  test('the interface and what belongs to it', () => {
    expect(assetFor('app://kith/')).toEqual({
      segments: ['index.html'],
      contentType: 'text/html; charset=utf-8',
    });
    expect(assetFor('app://kith/assets/index-C0ffee.js?v=1#top')).toEqual({
      segments: ['assets', 'index-C0ffee.js'],
      contentType: 'text/javascript; charset=utf-8',
    });
    expect(assetFor('app://kith/assets/inter.woff2')?.contentType).toBe('font/woff2');
  });

  test.each([
    'app://kith/../../../../etc/passwd',
    'app://kith/..%2f..%2fkeys.json',
    'app://kith/%2e%2e/main/main.js',
    'app://kith/assets/..\\..\\keys.json',
    'app://kith/assets/..%5c..%5ckeys.json',
    'app://kith//etc/hosts.html',
    'app://kith/C:/Windows/win.html',
    'app://kith/index.html%00.png',
    'app://kith/.hidden.html',
    'app://kith/assets/',
    'app://kith/profile/kith.db',
    'app://kith/index.html/',
    'app://other/index.html',
    'https://kith/index.html',
    'nonsense',
  ])('%s is nothing of ours', (url) => {
    const asset = assetFor(url);
    // The parser itself takes some dots away; then the file is looked for inside the folder, where it is not.
    if (asset !== null) expect(asset.segments.join('/')).toMatch(/^(?:etc|main|keys)/);
  });

  test('no address leads out of the folder', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2E.', '\\', '%5c', '%00', 'C:', '~', 'a', 'index.html', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const asset = assetFor(`app://kith/${parts.join('/')}`);
        for (const segment of asset?.segments ?? []) {
          expect(segment).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
          expect(segment).not.toContain('..');
        }
      }),
    );
  });
});

test('only documents of the app are ours', () => {
  expect(isAppUrl('app://kith/index.html')).toBe(true);
  for (const url of [
    'app://kith.evil/',
    'app://evil/',
    'https://kith/',
    'about:blank',
    'data:text/html,',
    '',
  ]) {
    expect(isAppUrl(url)).toBe(false);
  }
});

test('only web addresses are given to the browser', () => {
  expect(externalAddress('HTTPS://Example.org/a b')).toBe('https://example.org/a%20b');
  for (const url of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'smb://host/share',
    'kith://relay?url=x',
    'https://user:secret@example.org',
    '/usr/bin/sh',
    '',
  ]) {
    expect(() => externalAddress(url)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  }
});

test('the content security policy', () => {
  expect(CONTENT_SECURITY_POLICY).toMatchInlineSnapshot(
    `"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"`,
  );
});

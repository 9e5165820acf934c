import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KithError } from '../../../src-shared/errors.ts';
import { formatJoinLink, parseJoinLink, socketUrl } from '../../../src-shared/protocol/join-link.ts';

const relayUrl = fc
  .tuple(fc.constantFrom('http', 'https'), fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(
    ([scheme, host, port]) => new URL(`${scheme}://${host}${port === null ? '' : `:${String(port)}`}`).origin,
  );

describe('a join link', () => {
  it('brings back the address and the name it was made from', () => {
    fc.assert(
      fc.property(relayUrl, fc.option(fc.string({ minLength: 1, unit: 'grapheme' })), (url, name) => {
        const link = name === null ? { relayUrl: url } : { relayUrl: url, relayName: name };
        expect(parseJoinLink(formatJoinLink(link))).toEqual(link);
      }),
      { numRuns: 50 },
    );
  });

  it('may be the plain address, and is the same relay however it is written', () => {
    for (const text of [
      'https://relay.example.org',
      'https://relay.example.org/',
      ' https://relay.example.org\n',
      'HTTPS://Relay.Example.org:443/',
      'wss://relay.example.org',
    ]) {
      expect(parseJoinLink(text)).toEqual({ relayUrl: 'https://relay.example.org' });
    }
    expect(parseJoinLink('ws://127.0.0.1:7878')).toEqual({ relayUrl: 'http://127.0.0.1:7878' });
    expect(parseJoinLink('https://example.org/kith/')).toEqual({ relayUrl: 'https://example.org/kith' });
  });

  it.each([
    'localhost:7878',
    '192.168.1.7:7878',
    'relay.example.org',
    'relay.example.org:7878',
    '[::1]:7878',
  ])('may leave the scheme out, as people type it: %s', (typed) => {
    expect(parseJoinLink(typed)).toEqual({ relayUrl: `http://${typed}` });
  });

  it.each([
    '',
    'kith://relay',
    'kith://relay?url=',
    'kith://relay?url=javascript:alert(1)',
    'kith://relay?url=file:///etc/passwd',
    'kith://other?url=https://relay.example.org',
    'ftp://relay.example.org',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:secret@relay.example.org',
    'https://user@relay.example.org',
    'http://',
    'not an address',
  ])('that is none is refused: "%s"', (text) => {
    expect(() => parseJoinLink(text)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  it('of any text is an http address or a typed refusal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `kith://relay?url=${text}`),
        ),
        (text) => {
          try {
            expect(parseJoinLink(text).relayUrl).toMatch(/^https?:\/\/[^/@]+/);
          } catch (error) {
            expect(error).toBeInstanceOf(KithError);
          }
        },
      ),
    );
  });

  it('leads to the socket of the relay', () => {
    expect(socketUrl('https://relay.example.org')).toBe('wss://relay.example.org/v1/socket');
    expect(socketUrl('http://127.0.0.1:7878')).toBe('ws://127.0.0.1:7878/v1/socket');
  });
});

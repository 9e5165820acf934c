import fc from 'fast-check';
import { v4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { parseId, type AccountId } from '../../../src-shared/ids.ts';
import { ErrorCode, Refusal } from '../../../src-relay/services/refusal.ts';
import { announcedBlob, byteCount, requestedRange } from '../../../src-relay/services/media/rules.ts';
import { signToken, verifyToken } from '../../../src-relay/services/media/token.ts';

const KEY = new Uint8Array(32).fill(7);
const accountId = parseId<AccountId>('00112233-4455-4677-8899-aabbccddeeff');

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return ErrorCode[error.code];
  }
}

describe('a media token', () => {
  it('has the bytes that the protocol says', () => {
    expect(signToken(KEY, { accountId, expiresMs: 1_700_000_000_000 })).toMatchInlineSnapshot(
      `"AQARIjNEVUZ3iJmqu8zd7v8AAAGLz-VoAA.Qb_wYV6oTF869rqQt_Jil9k9eyPa6XPc-4gqjCFyoJQ"`,
    );
  });

  it('names its account until it ends, for the relay that signed it', () => {
    const account = parseId<AccountId>(v4());
    const token = signToken(KEY, { accountId: account, expiresMs: 1000 });
    expect(verifyToken(KEY, token, 999)).toBe(account);
    expect(verifyToken(KEY, token, 1000)).toBeUndefined();
    expect(verifyToken(new Uint8Array(32), token, 999)).toBeUndefined();
  });

  it('is worth nothing once a character of it has changed, and neither is any other text', () => {
    const token = signToken(KEY, { accountId, expiresMs: 1000 });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.'), (position, character) => {
        const changed = token.slice(0, position) + character + token.slice(position + 1);
        // The last character of base64 has bits that mean nothing.
        fc.pre(!Buffer.from(changed, 'base64url').equals(Buffer.from(token, 'base64url')));
        const named = verifyToken(KEY, changed, 0);
        return named === undefined || changed.slice(0, -1) === token.slice(0, -1);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => verifyToken(KEY, text, 0) === undefined));
  });
});

describe('a range', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=0-1000', { start: 0, end: 99 }],
    ['bytes=99-', { start: 99, end: 99 }],
    ['bytes=-1', { start: 99, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=5-4', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['lines=1-2', undefined],
    ['bytes=1e1-2', undefined],
  ])('%j of 100 bytes is %j', (header, range) => {
    expect(requestedRange(header, 100)).toEqual(range);
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=9999999999999999-'])(
    '%s of 100 bytes is refused',
    (header) => {
      expect(codeOf(() => requestedRange(header, 100))).toBe('RANGE_INVALID');
    },
  );

  it('never leaves the file', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1_000_000 }), (text, size) => {
        try {
          const range = requestedRange(`bytes=${text}`, size);
          return range === undefined || (range.start >= 0 && range.start <= range.end && range.end < size);
        } catch (error) {
          return error instanceof Refusal;
        }
      }),
    );
  });
});

describe('headers', () => {
  it.each(['', '-1', '1.5', '1e3', '0x10', '99999999999999999', ' 1', undefined])(
    'do not take %j for a number of bytes',
    (text) => {
      expect(codeOf(() => byteCount({ 'upload-length': text }, 'upload-length'))).toBe('BAD_REQUEST');
    },
  );

  it('name the blob among other metadata', () => {
    const blob = 'ab'.repeat(32);
    const encoded = Buffer.from(blob).toString('base64');
    expect(announcedBlob({ 'upload-metadata': `name eA==,blob ${encoded}` })).toBe(blob);
    for (const text of [
      undefined,
      '',
      'blob',
      'blob eA==',
      `blob ${Buffer.from('../'.repeat(21)).toString('base64')}`,
    ]) {
      expect(codeOf(() => announcedBlob({ 'upload-metadata': text }))).toBe('BAD_REQUEST');
    }
  });
});

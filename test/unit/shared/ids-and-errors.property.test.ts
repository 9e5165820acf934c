import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deserializeError, ERROR_CODES, KithError, serializeError } from '../../../src-shared/errors.ts';
import {
  addressKey,
  idFromBytes,
  idToBytes,
  isUuid,
  parseDeviceId,
  parseId,
  type AccountId,
} from '../../../src-shared/ids.ts';
import { CLOSE, mayReconnectAfter, orderFromMs, orderToMs } from '../../../src-shared/protocol/limits.ts';

describe('ids', () => {
  it('are the same after a journey as 16 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const id = idFromBytes<AccountId>(bytes);
        expect(isUuid(id)).toBe(true);
        expect(parseId<AccountId>(id)).toBe(id);
        expect(idToBytes(id)).toEqual(bytes);
      }),
    );
  });

  it('of another length or another form are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.string(), (bytes, text) => {
        fc.pre(bytes.length !== 16);
        expect(() => idFromBytes(bytes)).toThrow(RangeError);
        expect(() => parseId(text)).toThrow(RangeError);
      }),
    );
    const id = '00112233-4455-6677-8899-aabbccddeeff';
    for (const wrong of [id.toUpperCase(), ` ${id}`, `${id}\n`, id.replaceAll('-', ''), `{${id}}`]) {
      expect(() => parseId(wrong)).toThrow(RangeError);
    }
  });

  it('of devices are 1 to 127', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -200, max: 200 }), fc.double()), (value) => {
        if (Number.isInteger(value) && value >= 1 && value <= 127) expect(parseDeviceId(value)).toBe(value);
        else expect(() => parseDeviceId(value)).toThrow(RangeError);
      }),
    );
  });

  it('tell devices apart', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 127 })),
        fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 127 })),
        (a, b) => {
          const key = ([id, device]: readonly [string, number]): string =>
            addressKey({ accountId: parseId<AccountId>(id), deviceId: parseDeviceId(device) });
          expect(key(a) === key(b)).toBe(a[0] === b[0] && a[1] === b[1]);
        },
      ),
    );
  });
});

describe('errors that cross a process boundary', () => {
  const error = fc.record({
    code: fc.constantFrom(...ERROR_CODES),
    message: fc.string(),
    retryAfterMs: fc.option(fc.nat(), { nil: undefined }),
  });

  it('say the same on the other side, through JSON', () => {
    fc.assert(
      fc.property(error, ({ code, message, retryAfterMs }) => {
        const options = retryAfterMs === undefined ? {} : { retryAfterMs };
        const there = new KithError(code, message, { ...options, cause: new Error('with a stack') });
        const wire = JSON.parse(JSON.stringify(serializeError(there))) as ReturnType<typeof serializeError>;
        const back = deserializeError(wire);
        expect(back).toBeInstanceOf(KithError);
        expect({ code: back.code, message: back.message, retryAfterMs: back.retryAfterMs }).toEqual({
          code,
          message,
          retryAfterMs,
        });
      }),
    );
  });

  it('keep what else was thrown to themselves', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        fc.pre(!(thrown instanceof KithError));
        expect(serializeError(thrown).code).toBe('internal');
      }),
    );
    expect(JSON.stringify(serializeError(new Error('the passphrase is swordfish')))).not.toContain(
      'swordfish',
    );
  });
});

describe('the order of the relay', () => {
  it('tells the millisecond, and leaves room for 1024 messages in each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), fc.nat(1023), (ms, counter) => {
        const order = orderFromMs(ms) + counter;
        expect(Number.isSafeInteger(order)).toBe(true);
        expect(orderToMs(order)).toBe(ms);
      }),
    );
  });
});

describe('after the relay closed', () => {
  it('Kith stays away from a relay that refused it, and comes back after everything else', () => {
    const refused = new Set<number>([
      CLOSE.badSignature.code,
      CLOSE.accountUnknown.code,
      CLOSE.superseded.code,
      CLOSE.unsupportedVersion.code,
    ]);
    for (let code = 0; code <= 5_000; code++) expect(mayReconnectAfter(code)).toBe(!refused.has(code));
  });

  it('no two reasons share a code', () => {
    const codes = Object.values(CLOSE).map((close) => close.code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

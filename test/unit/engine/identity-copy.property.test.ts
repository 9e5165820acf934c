import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  identityCopyKey,
  openIdentity,
  sealIdentity,
  type IdentityRecord,
} from '../../../src-main/engine/store/identity-copy.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { FIRST_DEVICE, parseDeviceId, parseId, type AccountId } from '../../../src-shared/ids.ts';

const fixed: IdentityRecord = {
  accountId: parseId('00112233-4455-4677-8899-aabbccddeeff'),
  deviceId: FIRST_DEVICE,
  registrationId: 4711,
  reinstallations: 2,
  state: 'registered',
  username: 'ada',
  displayName: 'Ada 🌍',
  relayUrl: 'http://127.0.0.1:5484',
  relayName: 'kith-example',
  privateKey: Buffer.alloc(32, 0x11).toString('base64'),
  publicKey: Buffer.alloc(33, 0x05).toString('base64'),
};
const storeKey = new Uint8Array(32).fill(0x42);
const key = identityCopyKey(storeKey);

const records: fc.Arbitrary<IdentityRecord> = fc.record({
  accountId: fc.uuid().map((id) => parseId<AccountId>(id)),
  deviceId: fc.integer({ min: 1, max: 127 }).map(parseDeviceId),
  registrationId: fc.integer({ min: 1, max: 0x3fff }),
  reinstallations: fc.nat(),
  state: fc.constantFrom('pending', 'registered'),
  username: fc.string({ maxLength: 32 }),
  displayName: fc.string({ unit: 'grapheme', maxLength: 64 }),
  relayUrl: fc.webUrl(),
  relayName: fc.option(fc.string()),
  privateKey: fc.base64String({ minLength: 44, maxLength: 44 }),
  publicKey: fc.base64String({ minLength: 44, maxLength: 44 }),
});

function refusal(bytes: Uint8Array, by: Uint8Array = key): string {
  try {
    openIdentity(bytes, by);
  } catch (error) {
    if (error instanceof KithError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('the sealed copy of the identity', () => {
  it('has exactly this form', () => {
    const nonce = new Uint8Array(12).fill(7);
    expect(Buffer.from(sealIdentity(fixed, key, nonce)).toString('hex')).toMatchSnapshot();
  });

  it('opens to what was sealed, and is another file every time', () => {
    fc.assert(
      fc.property(records, (record) => {
        const sealed = sealIdentity(record, key);
        expect(openIdentity(sealed, key)).toEqual(record);
        expect(Buffer.from(sealed).equals(sealIdentity(record, key))).toBe(false);
      }),
    );
  });

  it('shows nothing of what is in it', () => {
    const text = Buffer.from(sealIdentity(fixed, key)).toString('latin1');
    for (const part of [fixed.username, fixed.accountId, fixed.privateKey, '127.0.0.1', 'registered']) {
      expect(text).not.toContain(part);
    }
  });

  it('is refused when any one bit of it is another', () => {
    const sealed = sealIdentity(fixed, key);
    for (let at = 0; at < sealed.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        // The ninth byte is the version: what it says is not known to this one.
        expect(refusal(altered)).toBe(at === 8 ? 'store-too-new' : 'store-corrupt');
      }
    }
  });

  it('is refused when bytes are altered, missing or added anywhere', () => {
    const sealed = sealIdentity(fixed, key);
    const place = fc.nat({ max: sealed.length });
    fc.assert(
      fc.property(place, fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 40 }), (at, gone, added) => {
        const altered = Buffer.concat([sealed.subarray(0, at), added, sealed.subarray(at + gone)]);
        fc.pre(!altered.equals(sealed));
        expect(refusal(altered)).toMatch(/^store-(?:corrupt|too-new)$/);
      }),
    );
  });

  it('is refused as damaged for bytes that are no copy at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(bytes)).toBe('store-corrupt');
      }),
    );
  });

  it('opens with no other key, the one of the store included', () => {
    const sealed = sealIdentity(fixed, key);
    expect(refusal(sealed, storeKey)).toBe('store-corrupt');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (other) => {
        fc.pre(!Buffer.from(other).equals(storeKey));
        expect(refusal(sealed, identityCopyKey(other))).toBe('store-corrupt');
      }),
    );
  });

  it('is refused when what is in it is no identity', () => {
    for (const wrong of [
      {},
      { ...fixed, deviceId: 0 },
      { ...fixed, registrationId: 0 },
      { ...fixed, more: 1 },
    ]) {
      expect(refusal(sealIdentity(wrong as IdentityRecord, key))).toBe('store-corrupt');
    }
  });
});

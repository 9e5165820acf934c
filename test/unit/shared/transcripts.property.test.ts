import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_DEVICE, parseDeviceId, parseId, type AccountId } from '../../../src-shared/ids.ts';
import {
  authenticationTranscript,
  contentTranscript,
  registrationTranscript,
  type RegistrationParts,
} from '../../../src-shared/protocol/transcripts.ts';

const parts: fc.Arbitrary<RegistrationParts> = fc.record({
  relayName: fc.string({ unit: 'grapheme', maxLength: 20 }),
  nonce: fc.uint8Array({ maxLength: 40 }),
  accountId: fc.uuid().map((id) => parseId<AccountId>(id)),
  deviceId: fc.integer({ min: 1, max: 127 }).map(parseDeviceId),
  registrationId: fc.integer({ min: 1, max: 0x3fff }),
  username: fc.string({ maxLength: 32 }),
  identityKey: fc.uint8Array({ maxLength: 33 }),
  installation: fc.constantFrom('first', 'replacing'),
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Everything that is signed must tell itself apart by its bytes alone. */
const says = (made: RegistrationParts): string =>
  JSON.stringify({ ...made, nonce: hex(made.nonce), identityKey: hex(made.identityKey) });

describe('what is signed', () => {
  it('has other bytes for other parts', () => {
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        const mixed = { ...one, username: two.username };
        for (const [a, b] of [
          [one, two],
          [one, mixed],
        ] as const) {
          const areSame = hex(registrationTranscript(a)) === hex(registrationTranscript(b));
          expect(areSame).toBe(says(a) === says(b));
        }
      }),
    );
  });

  it('cannot move bytes from one part to the next', () => {
    fc.assert(
      fc.property(parts, fc.uint8Array({ minLength: 1, maxLength: 8 }), (made, moved) => {
        const ascii = moved.map((byte) => byte % 128);
        const name = Buffer.from(ascii).toString('latin1');
        const before = { ...made, relayName: made.relayName + name };
        const after = { ...made, nonce: new Uint8Array([...ascii, ...made.nonce]) };
        expect(hex(authenticationTranscript(before))).not.toBe(hex(authenticationTranscript(after)));
      }),
    );
  });

  it('is for one purpose only', () => {
    fc.assert(
      fc.property(parts, fc.uint8Array(), (made, content) => {
        const all = [
          authenticationTranscript(made),
          registrationTranscript(made),
          contentTranscript(content),
        ];
        expect(new Set(all.map(hex)).size).toBe(3);
      }),
    );
  });

  it('has exactly these bytes', () => {
    const fixed: RegistrationParts = {
      relayName: 'relay',
      nonce: new Uint8Array(32).fill(7),
      accountId: parseId('00112233-4455-6677-8899-aabbccddeeff'),
      deviceId: FIRST_DEVICE,
      registrationId: 4711,
      username: 'ada',
      identityKey: new Uint8Array(33).fill(5),
      installation: 'first',
    };
    expect(hex(authenticationTranscript(fixed))).toMatchSnapshot('authentication');
    expect(hex(registrationTranscript(fixed))).toMatchSnapshot('registration');
    const reinstalled = registrationTranscript({ ...fixed, installation: 'replacing' });
    expect(hex(reinstalled)).toMatchSnapshot('registration of a reinstalled device');
    expect(hex(contentTranscript(new Uint8Array([1, 2, 3])))).toMatchSnapshot('content');
  });
});

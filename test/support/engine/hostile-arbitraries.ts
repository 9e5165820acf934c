/** Frames that an honest relay would not send, made by fast-check. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { HostileLine, ServerBodyInit } from './hostile-relay.ts';

const uint32 = fc.oneof(fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1), fc.nat(1_000));
const uint64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const id = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ minLength: 16, maxLength: 16 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
);
const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(100_000)));
const name = fc.oneof(fc.string({ maxLength: 40 }), fc.constant('x'.repeat(100_000)));

const hostileEnvelope: fc.Arbitrary<MessageInitShape<typeof relay.EnvelopeSchema>> = fc.record({
  seq: uint64,
  envelopeId: id,
  sourceAccountId: id,
  sourceDeviceId: fc.oneof(fc.constant(1), uint32),
  sourceUsername: name,
  type: fc.constantFrom<relay.CiphertextType>(0, 2, 3, 7, 8, 99 as relay.CiphertextType),
  ciphertext: bytes,
  acceptedOrder: uint64,
});

const errorCode = uint32.map((code) => (code % 25) as relay.ErrorCode);

const hostileBody: fc.Arbitrary<ServerBodyInit> = fc.oneof(
  fc.record({
    case: fc.constant('hello' as const),
    value: fc.record({
      protocolVersion: uint32,
      relayName: name,
      nonce: bytes,
      relayTimeMs: uint64,
      heartbeatIntervalMs: uint32,
    }),
  }),
  fc.record({
    case: fc.constant('deliver' as const),
    value: fc.record({ envelopes: fc.array(hostileEnvelope, { maxLength: 5 }) }),
  }),
  fc.record({
    case: fc.constant('deliverEphemeral' as const),
    value: fc.record({ envelope: fc.option(hostileEnvelope, { nil: undefined }) }, { requiredKeys: [] }),
  }) as fc.Arbitrary<ServerBodyInit>,
  fc.constant({ case: 'mailboxDrained' as const, value: {} }),
  fc.record({
    case: fc.constant('error' as const),
    value: fc.record({ code: errorCode, message: name, retryAfterMs: uint32 }),
  }),
  fc.record({
    case: fc.constant('authenticated' as const),
    value: fc.record({
      relayTimeMs: uint64,
      ownDeviceIds: fc.array(uint32, { maxLength: 5 }),
      username: name,
      lastAcceptedOrder: uint64,
      registrationId: uint32,
      preKeyCounts: fc.record({ oneTimePreKeys: uint32, oneTimeKyberPreKeys: uint32 }),
    }),
  }),
  fc.record({ case: fc.constant('resumed' as const), value: fc.record({ pending: uint32 }) }),
  fc.record({
    case: fc.constant('sendResults' as const),
    value: fc.record({ results: fc.array(fc.record({ envelopeId: id }), { maxLength: 3 }) }),
  }),
  fc.record({
    case: fc.constant('preKeyBundles' as const),
    value: fc.record({
      accountId: id,
      identityKey: bytes,
      devices: fc.array(fc.record({ deviceId: uint32, registrationId: uint32 }), { maxLength: 3 }),
    }),
  }),
  fc.record({
    case: fc.constant('account' as const),
    value: fc.record({ accountId: id, username: name, identityKey: bytes }),
  }),
  fc.record({ case: fc.constant('pong' as const), value: fc.record({ relayTimeMs: uint64 }) }),
);

export interface HostileAct {
  readonly says: string;
  readonly perform: (line: HostileLine, requestId: number) => void;
}

/** Anything a relay can do to a connection at one moment. */
export const hostileAct: fc.Arbitrary<HostileAct> = fc.oneof(
  { weight: 5, arbitrary: fc.array(hostileBody, { minLength: 1, maxLength: 3 }).map(speak) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((data) => ({
      says: `bytes ${Buffer.from(data).toString('hex')}`,
      perform: (line: HostileLine) => {
        line.sendRaw(data);
      },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      {
        says: 'a text frame',
        perform: (line: HostileLine) => {
          line.sendRaw('hello');
        },
      },
      {
        says: 'a frame of two megabytes',
        perform: (line: HostileLine) => {
          line.sendRaw(new Uint8Array(2 * 1024 * 1024));
        },
      },
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(1000, 1001, 1008, 1011, 3000, 4000, 4400, 4401, 4404, 4409, 4426, 4429, 4999)
      .map((code) => ({
        says: `close ${String(code)}`,
        perform: (line: HostileLine) => {
          line.close(code);
        },
      })),
  },
);

function speak(bodies: readonly ServerBodyInit[]): HostileAct {
  return {
    says: bodies.map((body) => body.case).join(', '),
    perform: (line, requestId) => {
      // As the answer, as a push, and as the answer to something nobody asked.
      bodies.forEach((body, index) => {
        line.push(body, index === 0 ? requestId : index === 1 ? 0 : requestId + 1_000);
      });
      line.close(1000);
    },
  };
}

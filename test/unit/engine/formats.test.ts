/**
 * What is on the wire and on the disk. A snapshot that changes means that an older Kith, or a newer one,
 * reads something else than was written: that needs a version or a migration, not a new snapshot.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { PrivateKey } from '@signalapp/libsignal-client';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePacket, encodeBatch, encodePacket } from '../../../src-main/engine/crypto/packet.ts';
import {
  directRoomId,
  encodeContent,
  parseContent,
  verifyContent,
  type ContentBody,
} from '../../../src-main/engine/crypto/signed-content.ts';
import { SCHEMA_VERSION } from '../../../src-main/engine/store/migrate.ts';
import {
  FIRST_DEVICE,
  idToBytes,
  parseId,
  type AccountId,
  type EnvelopeId,
} from '../../../src-shared/ids.ts';
import { content, relay } from '../../../src-shared/protocol/frames.ts';
import { openStore } from '../../support/engine/stores.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);

const ada = parseId<AccountId>('a0a0a0a0-0000-4000-8000-000000000001');
const ben = parseId<AccountId>('b0b0b0b0-0000-4000-8000-000000000002');
const envelopeId = parseId<EnvelopeId>('01890000-0000-7000-8000-00000000000e');
const identity = PrivateKey.deserialize(bytes(32, 0x42));

const header = {
  messageId: parseId<never>('01890000-0000-7000-8000-00000000000a'),
  roomId: directRoomId(ada, ben),
  author: { accountId: ada, deviceId: FIRST_DEVICE },
  recipientId: ben,
  time: { ms: 1_767_225_600_000, counter: 3 },
  chain: { epoch: 0, index: 2, previousHash: bytes(32, 9) },
};
const unchained = { ...header, chain: null };
const text: ContentBody = { case: 'text', value: create(content.TextSchema, { text: 'Grüße, 世界 🌍' }) };

describe('a content of a device that was reinstalled', () => {
  it('names the installation, in bytes that are signed', () => {
    const reinstalled = { ...header, chain: { ...header.chain, epoch: 3 } };
    const signed = encodeContent(reinstalled, text, identity);
    expect(hex(signed.content)).toMatchSnapshot();
    expect(parseContent(signed).chain).toMatchObject({ epoch: 3, index: 2 });
  });
});

describe('a content on the wire', () => {
  const bodies: readonly (readonly [ContentBody, typeof header | typeof unchained])[] = [
    [text, header],
    [{ case: 'profile', value: create(content.ProfileSchema, { displayName: 'Ada' }) }, header],
    [
      {
        case: 'receipt',
        value: create(content.ReceiptSchema, {
          kind: content.ReceiptKind.READ,
          messageIds: [bytes(16, 1), bytes(16, 2)],
        }),
      },
      unchained,
    ],
    [{ case: 'typing', value: create(content.TypingSchema, { active: true }) }, unchained],
    [{ case: 'readSync', value: create(content.ReadSyncSchema, { upToAcceptedOrder: 77n }) }, unchained],
    [{ case: 'sessionReset', value: create(content.SessionResetSchema) }, unchained],
  ];

  it.each(bodies.map(([body, head]) => [body.case, body, head] as const))('%s', (_, body, head) => {
    const signed = encodeContent(head, body, identity);
    expect(hex(signed.content)).toMatchSnapshot();
    expect(parseContent(signed)).toMatchObject({ ...head, body: { case: body.case } });
    if (signed.signature.length > 0) expect(verifyContent(signed, identity.getPublicKey())).toBe(true);
  });

  it('a packet of two, uncompressed, that answers a request to resend', () => {
    const first = { content: encodeContent(header, text, identity).content, signature: bytes(64, 4) };
    const packet = encodePacket(
      encodeBatch([first, { content: bytes(5, 1), signature: bytes(0, 0) }]),
      envelopeId,
    );
    expect(hex(packet)).toMatchSnapshot();
  });

  it('a compressed packet of an earlier Kith is still read', () => {
    // Other versions of zstd may compress differently: what matters is that this is read.
    const stored = '0802121828b52ffd20707d0000400a6e0a6c616263640100e5d47101187080' + '00'.repeat(129);
    expect(decodePacket(Buffer.from(stored, 'hex')).contents).toHaveLength(1);
  });

  it('a room of two has the same id on both sides', () => {
    expect(directRoomId(ada, ben)).toBe(directRoomId(ben, ada));
    expect(directRoomId(ada, ben)).toMatchSnapshot();
  });
});

describe('a frame on the wire', () => {
  const key = { keyId: 7, publicKey: bytes(33, 5), signature: bytes(64, 6) };

  it('Register', () => {
    const frame = create(relay.ClientFrameSchema, {
      requestId: 1,
      body: {
        case: 'register',
        value: create(relay.RegisterSchema, {
          accountId: idToBytes(ada),
          deviceId: 1,
          registrationId: 4711,
          username: 'ada',
          identityKey: bytes(33, 1),
          preKeys: {
            signedPreKey: key,
            lastResortKyberPreKey: key,
            oneTimePreKeys: [{ keyId: 1, publicKey: bytes(33, 2) }],
            oneTimeKyberPreKeys: [key],
            replaceOneTimeKeys: true,
          },
          signature: bytes(64, 3),
        }),
      },
    });
    const wire = toBinary(relay.ClientFrameSchema, frame);
    expect(hex(wire)).toMatchSnapshot();
    expect(fromBinary(relay.ClientFrameSchema, wire)).toEqual(frame);
  });

  it('Send', () => {
    const frame = create(relay.ClientFrameSchema, {
      requestId: 2,
      body: {
        case: 'send',
        value: create(relay.SendSchema, {
          envelopes: [
            {
              envelopeId: idToBytes(envelopeId),
              destinations: [
                {
                  accountId: idToBytes(ben),
                  devices: [
                    {
                      deviceId: 1,
                      registrationId: 4712,
                      type: relay.CiphertextType.PRE_KEY,
                      ciphertext: bytes(3, 8),
                    },
                  ],
                },
                { accountId: idToBytes(ada), partial: true },
              ],
            },
          ],
        }),
      },
    });
    const wire = toBinary(relay.ClientFrameSchema, frame);
    expect(hex(wire)).toMatchSnapshot();
    expect(fromBinary(relay.ClientFrameSchema, wire)).toEqual(frame);
  });

  it('Deliver', () => {
    const frame = create(relay.ServerFrameSchema, {
      body: {
        case: 'deliver',
        value: create(relay.DeliverSchema, {
          envelopes: [
            {
              seq: 12n,
              envelopeId: idToBytes(envelopeId),
              sourceAccountId: idToBytes(ada),
              sourceDeviceId: 1,
              sourceUsername: 'ada',
              type: relay.CiphertextType.WHISPER,
              ciphertext: bytes(4, 9),
              acceptedOrder: 1_809_638_014_400_000n,
            },
          ],
        }),
      },
    });
    expect(hex(toBinary(relay.ServerFrameSchema, frame))).toMatchSnapshot();
  });
});

describe('the store on the disk', () => {
  it('has this schema', () => {
    const { database } = openStore(cleanup);
    const schema = database.read
      .prepare<[], { sql: string }>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name')
      .all()
      .map(({ sql }) => sql.replace(/^\s*--.*\n/gm, ''));
    expect(SCHEMA_VERSION).toBe(Number(database.read.pragma('user_version', { simple: true })));
    expect(`version ${String(SCHEMA_VERSION)}\n\n${schema.join('\n\n')}`).toMatchSnapshot();
  });
});

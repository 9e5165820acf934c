import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { idToBytes } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { CLOSE, MAX_FRAME_BYTES } from '../../../src-shared/protocol/limits.ts';
import {
  authentication,
  connectDevice,
  envelopeFor,
  makeDevice,
  makePreKeys,
  receive,
  registerDevice,
  registration,
  resume,
  sendAccepted,
} from '../../support/relay/devices.ts';
import { RawClient, type ClientBody } from '../../support/relay/raw-client.ts';
import { Cleanup, spawnRelay } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const { ErrorCode } = relay;
const EXPECTED_CLOSES: readonly number[] = Object.values(CLOSE).map((close) => close.code);

function encode(body: ClientBody, requestId = 7): Buffer {
  return Buffer.from(toBinary(relay.ClientFrameSchema, create(relay.ClientFrameSchema, { requestId, body })));
}

/** Sends raw bytes and a ping behind them. True when the relay still answers, false when it closed as documented. */
async function survives(client: RawClient, bytes: Buffer): Promise<boolean> {
  client.pushes.length = 0;
  client.socket.send(bytes);
  // Without an id, as the hostile frame may have taken any.
  client.post({ case: 'ping', value: {} });
  const ponged = client.next('pong').then(() => 'pong' as const);
  ponged.catch(() => undefined);
  const outcome = await Promise.race([ponged, client.closed]);
  if (outcome !== 'pong') expect(EXPECTED_CLOSES).toContain(outcome);
  return outcome === 'pong';
}

/** One well-formed frame of every kind, as material. */
function frames(client: RawClient): Buffer[] {
  const [device, other] = [makeDevice(), makeDevice()];
  const accountId = idToBytes(other.accountId);
  const bodies: ClientBody[] = [
    { case: 'register', value: registration(client, device) },
    { case: 'authenticate', value: authentication(client, device) },
    { case: 'resume', value: { afterSeq: 5n, credit: 5 } },
    { case: 'send', value: { envelopes: [envelopeFor([other]), envelopeFor([device, other])] } },
    { case: 'acknowledge', value: { upToSeq: 5n } },
    { case: 'sendEphemeral', value: { envelope: envelopeFor([other]) } },
    { case: 'fetchPreKeys', value: { accountId, deviceIds: [1, 2] } },
    { case: 'uploadPreKeys', value: makePreKeys(device.identity, { curve: 1, kyber: 0 }) },
    { case: 'lookupAccount', value: { by: { case: 'username', value: 'somebody' } } },
    { case: 'ping', value: {} },
  ];
  return bodies.map((body) => encode(body));
}

type Mutation = (frame: Buffer) => Buffer;
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((part) => (frame: Buffer) => frame.subarray(0, Math.floor(frame.length * part))),
  fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, value]) => (frame: Buffer) => {
    const copy = Buffer.from(frame);
    if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  }),
  fc.uint8Array({ maxLength: 64 }).map((tail) => (frame: Buffer) => Buffer.concat([frame, tail])),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 64 })).map(([at, middle]) => (frame: Buffer) => {
    const cut = at % (frame.length + 1);
    return Buffer.concat([frame.subarray(0, cut), middle, frame.subarray(cut)]);
  }),
);

describe('hostile frames', () => {
  it('of every kind, mutated at random, end in a typed error or a documented close, and others are served', async () => {
    const { url } = await cleanup.relay({ limits: { strikes: 1000, rateRefusals: 1000 } });
    const [alice, bob] = [makeDevice(), makeDevice()];
    let attacker = await registerDevice(url, alice);
    let stranger = await RawClient.connect(url);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 9 }),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (kind, mutations) => {
          const frame = frames(attacker)[kind] ?? Buffer.alloc(0);
          const hostile = mutations.reduce((bytes, mutate) => mutate(bytes), frame);
          if (!(await survives(attacker, hostile))) attacker = await connectDevice(url, alice);
          if (!(await survives(stranger, hostile))) stranger = await RawClient.connect(url);
        },
      ),
      { numRuns: 300 },
    );
    const receiver = await registerDevice(url, bob);
    await resume(receiver, 0n);
    await sendAccepted(await registerDevice(url, makeDevice()), envelopeFor([bob]));
    await receive(receiver, 1);
  });

  const deep = Buffer.concat([Buffer.alloc(100_000, 0x7b), Buffer.alloc(100_000, 0x7c)]);
  const hugeLength = Buffer.from([0x2a, 0xff, 0xff, 0xff, 0xff, 0x07]);
  const unknownFields = Buffer.concat(Array.from({ length: 50_000 }, () => Buffer.from([0xf8, 0x07, 0x01])));
  const emptyEnvelopes = Buffer.concat(Array.from({ length: 60_000 }, () => Buffer.from([0x0a, 0x00])));
  const sendOf = (body: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from([
        0x08,
        0x07,
        0x2a,
        0x80 | (body.length & 0x7f),
        0x80 | ((body.length >> 7) & 0x7f),
        body.length >> 14,
      ]),
      body,
    ]);
  it.each([
    ['deeply nested unknown groups', deep],
    ['a length beyond the frame', hugeLength],
    ['nothing but unknown fields', unknownFields],
    ['thousands of empty envelopes', sendOf(emptyEnvelopes)],
    ['the largest frame of zeros', Buffer.alloc(MAX_FRAME_BYTES)],
    ['the largest frame of ones', Buffer.alloc(MAX_FRAME_BYTES, 0xff)],
  ])('%s are refused by name', async (_what, bytes) => {
    const { url } = await cleanup.relay();
    const client = await registerDevice(url, makeDevice());
    client.socket.send(bytes);
    const { body } = await new Promise<relay.ServerFrame>((resolve) => {
      void client.next('error').then((error) => {
        resolve(create(relay.ServerFrameSchema, { body: { case: 'error', value: error } }));
      });
    });
    expect([ErrorCode.BAD_FRAME, ErrorCode.BATCH_TOO_LARGE]).toContain(
      body.case === 'error' ? body.value.code : -1,
    );
    await client.request({ case: 'ping', value: {} }, 'pong');
  });

  it.each([
    '\0',
    '\u202egnp.exe',
    "'; DROP TABLE accounts; --",
    '../../etc/passwd',
    '%s%n',
    '💥'.repeat(1000),
    '\ud800',
    '__proto__',
  ])('hostile string %# as a name finds nobody', async (text) => {
    const { url } = await cleanup.relay();
    const client = await registerDevice(url, makeDevice());
    const value = { by: { case: 'username', value: text.toWellFormed() } } as const;
    expect((await client.refusal({ case: 'lookupAccount', value })).code).toBe(ErrorCode.ACCOUNT_UNKNOWN);
  });

  it.each([
    ['an envelope id of 15 bytes', { envelopeId: new Uint8Array(15) }],
    ['no destination', { destinations: [] }],
    ['an account id of 17 bytes', { destinations: [{ accountId: new Uint8Array(17) }] }],
    ['device 0', { destinations: [{ accountId: new Uint8Array(16), devices: [{ deviceId: 0 }] }] }],
    ['device 128', { destinations: [{ accountId: new Uint8Array(16), devices: [{ deviceId: 128 }] }] }],
    [
      'a registration id of 15 bits',
      {
        destinations: [{ accountId: new Uint8Array(16), devices: [{ deviceId: 1, registrationId: 0x4000 }] }],
      },
    ],
    ['no ciphertext', { destinations: [{ accountId: new Uint8Array(16), devices: [{ deviceId: 1 }] }] }],
    [
      'an unknown type',
      {
        destinations: [
          {
            accountId: new Uint8Array(16),
            devices: [{ deviceId: 1, type: 99, ciphertext: Buffer.from('x') }],
          },
        ],
      },
    ],
    ['a shared ciphertext without a type', { sharedCiphertext: Buffer.from('x') }],
    [
      'an account twice',
      { destinations: [{ accountId: new Uint8Array(16) }, { accountId: new Uint8Array(16) }] },
    ],
    [
      'a device twice',
      {
        destinations: [
          {
            accountId: new Uint8Array(16),
            devices: [
              { deviceId: 1, type: 2, ciphertext: Buffer.from('x') },
              { deviceId: 1, type: 2, ciphertext: Buffer.from('x') },
            ],
          },
        ],
      },
    ],
  ])('an envelope with %s refuses the whole send', async (_what, changes) => {
    const { url } = await cleanup.relay();
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    const envelopes = [envelopeFor([bob]), { ...envelopeFor([bob]), ...changes }] as ReturnType<
      typeof envelopeFor
    >[];
    expect((await sender.refusal({ case: 'send', value: { envelopes } })).code).toBe(ErrorCode.BAD_FRAME);
    expect(await resume(receiver, 0n)).toBe(0);
  });
});

describe('memory', () => {
  it.runIf(process.platform === 'linux')(
    'stays bounded under a flood of bad frames and abandoned connections',
    async () => {
      const { readFileSync } = await import('node:fs');
      const running = await spawnRelay(cleanup.folder(), ['--log-level', 'error']);
      cleanup.add(() => {
        running.kill('SIGKILL');
      });
      const residentMib = (): number => {
        const status = readFileSync(`/proc/${String(running.pid)}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
      };
      const garbage = Buffer.alloc(200_000, 0x7b);
      const flood = async (rounds: number): Promise<void> => {
        for (let round = 0; round < rounds; round += 1) {
          const client = await RawClient.connect(running.url);
          for (let sent = 0; sent < 5; sent += 1) client.socket.send(garbage);
          expect(await client.closed).toBe(CLOSE.protocolError.code);
        }
      };
      await flood(100);
      const before = residentMib();
      await flood(300);
      expect(residentMib() - before).toBeLessThan(64);
      await registerDevice(running.url, makeDevice());
    },
  );
});

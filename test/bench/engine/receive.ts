/**
 * Receiving against its floor, in one run: the engine decrypts, verifies and persists; the floor decrypts
 * and verifies with libsignal alone, on stores in memory. Rounds alternate, so that both meet the same machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import * as signal from '@signalapp/libsignal-client';
import { idToBytes, type DeviceAddress } from '../../../src-shared/ids.ts';
import { content as wire, relay } from '../../../src-shared/protocol/frames.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import { contentTranscript } from '../../../src-shared/protocol/transcripts.ts';
import { conversationWith } from '../../../src-main/engine/conversations/open.ts';
import type { Ciphertext } from '../../../src-main/engine/crypto/ciphers.ts';
import { decodePacket, encodeBatch, encodePacket } from '../../../src-main/engine/crypto/packet.ts';
import { Inbound } from '../../../src-main/engine/receive/inbound.ts';
import { composeContent } from '../../../src-main/engine/send/compose.ts';
import { atLeast, figure, type BenchResult } from '../result.ts';
import { bundleOf, makeDevice, type BenchDevice } from './device.ts';
import { MemoryIdentities, MemorySessions } from './memory-stores.ts';

const ROUNDS = 6;
const MESSAGES_PER_ROUND = 1_000;
const GOAL_RATIO = 0.7;

export async function measureReceive(): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-receive-'));
  try {
    const engine = await engineReceiver(folder);
    const floor = await floorReceiver(folder);
    // One round warms both up.
    await engine(MESSAGES_PER_ROUND);
    await floor(MESSAGES_PER_ROUND);
    let engineMs = 0;
    let floorMs = 0;
    for (let round = 0; round < ROUNDS; round++) {
      engineMs += await engine(MESSAGES_PER_ROUND);
      floorMs += await floor(MESSAGES_PER_ROUND);
    }
    const perSecond = (elapsedMs: number): number => (ROUNDS * MESSAGES_PER_ROUND * 1000) / elapsedMs;
    return [
      atLeast('receive-vs-libsignal', floorMs / engineMs, 'ratio', GOAL_RATIO),
      figure('receive-rate', perSecond(engineMs), 'msg/s'),
      figure('libsignal-decrypt-verify-rate', perSecond(floorMs), 'msg/s'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Receiver = (messages: number) => Promise<number>;

async function engineReceiver(folder: string): Promise<Receiver> {
  const sender = makeDevice(folder, 'engine-sender');
  const receiver = makeDevice(folder, 'engine-receiver');
  const write = await writer(sender, receiver);
  let seq = 0;
  return async (messages) => {
    const envelopes: relay.Envelope[] = [];
    for (let i = 0; i < messages; i++) {
      seq += 1;
      envelopes.push(envelope(sender, seq, await write(`message ${String(seq)}`)));
    }
    const lastSeq = seq;
    const startedMs = performance.now();
    await new Promise<void>((resolve) => {
      const inbound = new Inbound(receiver.context, {
        acknowledge: (acknowledged) => {
          if (acknowledged === lastSeq) resolve();
        },
      });
      inbound.push(envelopes);
    });
    return performance.now() - startedMs;
  };
}

async function floorReceiver(folder: string): Promise<Receiver> {
  const sender = makeDevice(folder, 'floor-sender');
  const receiver = makeDevice(folder, 'floor-receiver');
  const own = receiver.context.requireAccount();
  const other = sender.context.requireAccount();
  const write = await writer(sender, receiver);
  const sessions = new MemorySessions();
  const identities = new MemoryIdentities(own.privateKey, own.registrationId);
  const from = signal.ProtocolAddress.new(other.accountId, other.deviceId);
  const to = signal.ProtocolAddress.new(own.accountId, own.deviceId);
  const record = receiver.context.newUnit().session(other.address);
  if (record === null) throw new Error('there is no session');
  await sessions.saveSession(from, record);
  return async (messages) => {
    const ciphertexts: Uint8Array<ArrayBuffer>[] = [];
    for (let i = 0; i < messages; i++) ciphertexts.push((await write(`message ${String(i)}`)).bytes);
    const startedMs = performance.now();
    for (const bytes of ciphertexts) {
      const message = signal.SignalMessage.deserialize(bytes);
      const plaintext = await signal.signalDecrypt(message, from, to, sessions, identities);
      for (const { content, signature } of decodePacket(plaintext).contents) {
        const isValid = other.publicKey.verify(contentTranscript(content), new Uint8Array(signature));
        if (!isValid) throw new Error('the signature does not hold');
      }
    }
    return performance.now() - startedMs;
  };
}

type Write = (text: string) => Promise<Ciphertext>;

/** Sets up a session that both sides have used, and returns what encrypts a text for the receiver. */
async function writer(sender: BenchDevice, receiver: BenchDevice): Promise<Write> {
  const from = sender.context.requireAccount();
  const to = receiver.context.requireAccount();
  const conversation = sender.context.transact(() =>
    conversationWith(sender.context, to.accountId, { newState: 'active' }),
  );
  const unit = sender.context.newUnit();
  await sender.context.ciphers.startSession(unit, to.address, await bundleOf(receiver), new Date());
  sender.context.transactWithKeys(unit, () => undefined);
  const write: Write = async (text) => {
    const { signed } = sender.context.transact(() =>
      composeContent(sender.context, {
        conversation,
        body: { case: 'text', value: create(wire.TextSchema, { text }) },
      }),
    );
    return encrypt(sender, to.address, encodePacket(encodeBatch([signed]), null));
  };
  await decrypt(receiver, from.address, await write('first'));
  await decrypt(sender, to.address, await encrypt(receiver, from.address, new Uint8Array(160)));
  return write;
}

async function encrypt(
  device: BenchDevice,
  to: DeviceAddress,
  plaintext: Uint8Array<ArrayBuffer>,
): Promise<Ciphertext> {
  const unit = device.context.newUnit();
  const ciphertext = await device.context.ciphers.encrypt(unit, to, plaintext, new Date());
  device.context.transactWithKeys(unit, () => undefined);
  return ciphertext;
}

async function decrypt(device: BenchDevice, from: DeviceAddress, ciphertext: Ciphertext): Promise<void> {
  const unit = device.context.newUnit();
  const result = await device.context.ciphers.decrypt(unit, from, ciphertext);
  if (!result.ok) throw new Error(`the handshake failed: ${result.failure}`);
  device.context.transactWithKeys(unit, () => undefined);
}

function envelope(sender: BenchDevice, seq: number, { type, bytes }: Ciphertext): relay.Envelope {
  const { accountId, deviceId, username } = sender.context.requireAccount();
  return create(relay.EnvelopeSchema, {
    seq: BigInt(seq),
    envelopeId: idToBytes(sender.context.ids.envelopeId()),
    sourceAccountId: idToBytes(accountId),
    sourceDeviceId: deviceId,
    sourceUsername: username,
    type,
    ciphertext: bytes,
    acceptedOrder: BigInt(orderFromMs(Date.now()) + seq),
  });
}

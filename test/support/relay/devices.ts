/** Real devices for tests: libsignal identities, prekeys, signed registrations. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { IdentityKeyPair, KEMKeyPair, PrivateKey } from '@signalapp/libsignal-client';
import { v4, v7 } from 'uuid';
import { idToBytes, parseDeviceId, parseId, type AccountId, type DeviceId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  authenticationTranscript,
  PROTOCOL_VERSION,
  registrationTranscript,
  type Installation,
} from '../../../src-shared/protocol/transcripts.ts';
import { RawClient } from './raw-client.ts';

export interface TestDevice {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly username: string;
  readonly identity: IdentityKeyPair;
}

let made = 0;

/** A device of a new account. `like` makes another device of the same account. */
export function makeDevice(like: Partial<TestDevice> = {}): TestDevice {
  made += 1;
  return {
    accountId: like.accountId ?? parseId(v4()),
    deviceId: like.deviceId ?? parseDeviceId(1),
    registrationId: like.registrationId ?? 1000 + (made % 10_000),
    username: like.username ?? `person-${String(process.pid)}-${String(made)}`,
    identity: like.identity ?? IdentityKeyPair.generate(),
  };
}

type UploadInit = MessageInitShape<typeof relay.UploadPreKeysSchema>;

export interface PreKeyNumbers {
  readonly curve: number;
  readonly kyber: number;
  /** Id of the first one-time key. */
  readonly firstId?: number;
}

function signedKyberKey(
  identity: IdentityKeyPair,
  keyId: number,
): MessageInitShape<typeof relay.SignedPreKeySchema> {
  const publicKey = KEMKeyPair.generate().getPublicKey().serialize();
  return { keyId, publicKey, signature: identity.privateKey.sign(publicKey) };
}

export function makePreKeys(identity: IdentityKeyPair, numbers: PreKeyNumbers): UploadInit {
  const signedKey = PrivateKey.generate().getPublicKey().serialize();
  const firstId = numbers.firstId ?? 1;
  return {
    signedPreKey: { keyId: 1, publicKey: signedKey, signature: identity.privateKey.sign(signedKey) },
    lastResortKyberPreKey: signedKyberKey(identity, 9999),
    oneTimePreKeys: Array.from({ length: numbers.curve }, (_, index) => ({
      keyId: firstId + index,
      publicKey: PrivateKey.generate().getPublicKey().serialize(),
    })),
    oneTimeKyberPreKeys: Array.from({ length: numbers.kyber }, (_, index) =>
      signedKyberKey(identity, firstId + index),
    ),
  };
}

export type RegisterInit = MessageInitShape<typeof relay.RegisterSchema>;

/** A signed registration for this connection; `changes` are made after signing unless they are signed parts. */
export function registration(
  client: RawClient,
  device: TestDevice,
  preKeys: UploadInit = makePreKeys(device.identity, { curve: 2, kyber: 2 }),
  installation: Installation = 'first',
): RegisterInit {
  const identityKey = device.identity.publicKey.serialize();
  const transcript = registrationTranscript({
    ...device,
    relayName: client.hello.relayName,
    nonce: client.hello.nonce,
    identityKey,
    installation,
  });
  return {
    accountId: idToBytes(device.accountId),
    deviceId: device.deviceId,
    registrationId: device.registrationId,
    username: device.username,
    identityKey,
    preKeys,
    signature: device.identity.privateKey.sign(transcript),
    replacesInstallation: installation === 'replacing',
  };
}

export function authentication(
  client: RawClient,
  device: TestDevice,
): MessageInitShape<typeof relay.AuthenticateSchema> {
  const transcript = authenticationTranscript({
    ...device,
    relayName: client.hello.relayName,
    nonce: client.hello.nonce,
  });
  return {
    accountId: idToBytes(device.accountId),
    deviceId: device.deviceId,
    protocolVersion: PROTOCOL_VERSION,
    signature: device.identity.privateKey.sign(transcript),
  };
}

/** Connects and registers. */
export async function registerDevice(
  url: string,
  device: TestDevice,
  preKeys?: UploadInit,
): Promise<RawClient> {
  const client = await RawClient.connect(url);
  const value = preKeys === undefined ? registration(client, device) : registration(client, device, preKeys);
  await client.request({ case: 'register', value }, 'authenticated');
  return client;
}

/** Connects and authenticates a device that is registered. */
export async function connectDevice(url: string, device: TestDevice): Promise<RawClient> {
  const client = await RawClient.connect(url);
  await client.request({ case: 'authenticate', value: authentication(client, device) }, 'authenticated');
  return client;
}

export type EnvelopeInit = MessageInitShape<typeof relay.OutgoingEnvelopeSchema>;

export function newEnvelopeId(): Uint8Array {
  return idToBytes(parseId(v7()));
}

/** An envelope with one pairwise ciphertext for each device. */
export function envelopeFor(
  devices: readonly TestDevice[],
  ciphertext: Uint8Array = Buffer.from('ciphertext'),
  envelopeId: Uint8Array = newEnvelopeId(),
): EnvelopeInit {
  return { envelopeId, destinations: destinationsFor(devices, ciphertext) };
}

/** An envelope whose devices share one sender-key ciphertext. */
export function sharedEnvelopeFor(devices: readonly TestDevice[], ciphertext: Uint8Array): EnvelopeInit {
  return {
    envelopeId: newEnvelopeId(),
    destinations: destinationsFor(devices, new Uint8Array()),
    sharedType: relay.CiphertextType.SENDER_KEY,
    sharedCiphertext: ciphertext,
  };
}

function destinationsFor(
  devices: readonly TestDevice[],
  ciphertext: Uint8Array,
): MessageInitShape<typeof relay.DestinationSchema>[] {
  const byAccount = Map.groupBy(devices, (device) => device.accountId);
  return [...byAccount].map(([accountId, ofAccount]) => ({
    accountId: idToBytes(accountId),
    devices: ofAccount.map(({ deviceId, registrationId }) => ({
      deviceId,
      registrationId,
      type: relay.CiphertextType.WHISPER,
      ciphertext,
    })),
  }));
}

/** Sends envelopes and returns their results. */
export async function sendEnvelopes(
  client: RawClient,
  envelopes: EnvelopeInit[],
): Promise<relay.SendResult[]> {
  return (await client.request({ case: 'send', value: { envelopes } }, 'sendResults')).results;
}

/** Sends one envelope that the relay has to accept; returns its position. */
export async function sendAccepted(client: RawClient, envelope: EnvelopeInit): Promise<bigint> {
  const [result] = await sendEnvelopes(client, [envelope]);
  if (result?.outcome.case !== 'accepted')
    throw new Error(`not accepted: ${JSON.stringify(result?.outcome.case)}`);
  return result.outcome.value.acceptedOrder;
}

export async function resume(client: RawClient, afterSeq: bigint, credit = 1000): Promise<number> {
  return (await client.request({ case: 'resume', value: { afterSeq, credit } }, 'resumed')).pending;
}

export function acknowledge(client: RawClient, upToSeq: bigint): void {
  client.post({ case: 'acknowledge', value: { upToSeq } });
}

/** Collects `count` delivered envelopes, acknowledging each frame. */
export async function receive(client: RawClient, count: number): Promise<relay.Envelope[]> {
  const envelopes: relay.Envelope[] = [];
  while (envelopes.length < count) {
    const delivered = await client.next('deliver');
    envelopes.push(...delivered.envelopes);
    const last = delivered.envelopes.at(-1);
    if (last !== undefined) acknowledge(client, last.seq);
  }
  return envelopes;
}

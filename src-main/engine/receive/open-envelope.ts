/** From an envelope to contents that are checked against their sender. Touches only a unit of work. */
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  idFromBytes,
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type EnvelopeId,
} from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import type { Ciphertext, Decrypted, DecryptFailure } from '../crypto/ciphers.ts';
import { decodePacket, type SignedBytes } from '../crypto/packet.ts';
import { parseRetryRequest, type RetryRequest } from './retry-request.ts';
import { needsSignature, parseContent, verifyContent, type ParsedContent } from '../crypto/signed-content.ts';
import type { UnitOfWork } from '../crypto/unit-of-work.ts';

/** An envelope with its fields parsed. */
export interface Incoming {
  /** Zero for ephemeral envelopes, which have no place in the mailbox. */
  readonly seq: number;
  readonly envelopeId: EnvelopeId;
  readonly source: DeviceAddress;
  readonly sourceUsername: string;
  readonly ciphertext: Ciphertext;
  readonly acceptedOrder: number;
}

export interface VerifiedContent {
  readonly content: ParsedContent;
  readonly signature: 'valid' | 'invalid';
}

export type Opened =
  | {
      readonly kind: 'contents';
      readonly contents: readonly VerifiedContent[];
      readonly resendOf: EnvelopeId | null;
      /** Some of what came with these could not be understood, or was not the sender's to say. */
      readonly isPartial: boolean;
    }
  | { readonly kind: 'retry-request'; readonly request: RetryRequest }
  | { readonly kind: 'unreadable'; readonly cause: Exclude<DecryptFailure, 'duplicate'> }
  | { readonly kind: 'duplicate' };

/** Throws `RangeError` for an envelope no honest relay would deliver. */
export function parseEnvelope(envelope: relay.Envelope): Incoming {
  return {
    seq: safeNumber(envelope.seq),
    envelopeId: idFromBytes<EnvelopeId>(envelope.envelopeId),
    source: {
      accountId: idFromBytes<AccountId>(envelope.sourceAccountId),
      deviceId: parseDeviceId(envelope.sourceDeviceId),
    },
    sourceUsername: envelope.sourceUsername,
    ciphertext: { type: envelope.type, bytes: new Uint8Array(envelope.ciphertext) },
    acceptedOrder: safeNumber(envelope.acceptedOrder),
  };
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('a number is out of range');
  return number;
}

/** Decrypts on a fork of `unit`, which is joined only when all of the envelope is sound. */
export async function openEnvelope(
  context: EngineContext,
  unit: UnitOfWork,
  incoming: Incoming,
): Promise<Opened> {
  const { type, bytes } = incoming.ciphertext;
  if (type === relay.CiphertextType.PLAINTEXT) {
    const request = parseRetryRequest(bytes);
    return request === null ? { kind: 'unreadable', cause: 'malformed' } : { kind: 'retry-request', request };
  }
  const fork = unit.fork();
  const decrypted = await decrypt(context, fork, incoming);
  if (!decrypted.ok) {
    return decrypted.failure === 'duplicate'
      ? { kind: 'duplicate' }
      : { kind: 'unreadable', cause: decrypted.failure };
  }
  // The ratchet has moved on, whatever the plaintext turns out to be.
  fork.join();
  try {
    const packet = decodePacket(decrypted.plaintext);
    const contents = packet.contents.flatMap(
      (signed) => understand(context, unit, incoming.source, signed) ?? [],
    );
    if (contents.length === 0) return { kind: 'unreadable', cause: 'malformed' };
    for (const { content, signature } of contents) {
      if (signature === 'valid') await takeSenderKey(context, unit, incoming.source, content);
    }
    const isPartial = contents.length < packet.contents.length;
    return { kind: 'contents', contents, resendOf: packet.resendOf, isPartial };
  } catch (error) {
    if (unit.readFailure !== null) throw error;
    // The sender, who is authenticated, wrote something this version cannot read: asking again is no use.
    return { kind: 'unreadable', cause: 'malformed' };
  }
}

async function decrypt(
  context: EngineContext,
  unit: UnitOfWork,
  { source, ciphertext }: Incoming,
): Promise<Decrypted> {
  switch (ciphertext.type) {
    case relay.CiphertextType.PRE_KEY:
    case relay.CiphertextType.WHISPER:
      return context.ciphers.decrypt(unit, source, ciphertext);
    case relay.CiphertextType.SENDER_KEY:
      return context.ciphers.decryptFromRoom(unit, source, ciphertext.bytes);
    default:
      return { ok: false, failure: 'malformed' };
  }
}

/** The key with which its sender writes in a room; it is needed before the room itself is. */
async function takeSenderKey(
  context: EngineContext,
  unit: UnitOfWork,
  source: DeviceAddress,
  { body }: ParsedContent,
): Promise<void> {
  if (body.case !== 'senderKeyShare') return;
  const fork = unit.fork();
  try {
    await context.ciphers.acceptDistribution(fork, source, body.value.distribution);
    fork.join();
  } catch (error) {
    if (fork.readFailure !== null) throw fork.readFailure;
    context.log.warn('rooms.bad-sender-key', errorFields(error));
  }
}

/** Null for one that cannot be read: a kind that only a newer Kith knows must not take others with it. */
function understand(
  context: EngineContext,
  unit: UnitOfWork,
  source: DeviceAddress,
  signed: SignedBytes,
): VerifiedContent | null {
  let content: ParsedContent;
  try {
    content = parseContent(signed);
    checkAuthor(context, source, content);
  } catch {
    return null;
  }
  return verify(context, unit, content);
}

/** Throws `RangeError` for a content that its sender did not write, or wrote to somebody else. */
function checkAuthor(context: EngineContext, source: DeviceAddress, content: ParsedContent): void {
  const ownId = context.requireAccount().accountId;
  const { author, recipientId } = content;
  if (author.accountId !== source.accountId || author.deviceId !== source.deviceId) {
    throw new RangeError('the content names another author than its sender');
  }
  if (author.accountId !== ownId && recipientId !== null && recipientId !== ownId) {
    throw new RangeError('the content was written to somebody else');
  }
}

function verify(context: EngineContext, unit: UnitOfWork, content: ParsedContent): VerifiedContent {
  const account = context.requireAccount();
  const { author } = content;
  if (!needsSignature(content.body)) return { content, signature: 'valid' };
  const key =
    author.accountId === account.accountId ? account.publicKey : unit.identity(author.accountId)?.key;
  const isValid = key !== undefined && verifyContent(content.signed, key);
  return { content, signature: isValid ? 'valid' : 'invalid' };
}

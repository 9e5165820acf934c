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
import type { Ciphertext, DecryptFailure } from '../crypto/ciphers.ts';
import { decodePacket } from '../crypto/packet.ts';
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
    }
  | { readonly kind: 'retry-request'; readonly request: RetryRequest }
  | { readonly kind: 'unreadable'; readonly cause: Exclude<DecryptFailure, 'duplicate'> }
  | { readonly kind: 'duplicate' };

/** Throws `RangeError` for an envelope no honest relay would deliver. */
export function parseEnvelope(envelope: relay.Envelope): Incoming {
  return {
    seq: Number(envelope.seq),
    envelopeId: idFromBytes<EnvelopeId>(envelope.envelopeId),
    source: {
      accountId: idFromBytes<AccountId>(envelope.sourceAccountId),
      deviceId: parseDeviceId(envelope.sourceDeviceId),
    },
    sourceUsername: envelope.sourceUsername,
    ciphertext: { type: envelope.type, bytes: new Uint8Array(envelope.ciphertext) },
    acceptedOrder: Number(envelope.acceptedOrder),
  };
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
  if (type !== relay.CiphertextType.PRE_KEY && type !== relay.CiphertextType.WHISPER) {
    return { kind: 'unreadable', cause: 'malformed' };
  }
  const fork = unit.fork();
  const decrypted = await context.ciphers.decrypt(fork, incoming.source, incoming.ciphertext);
  if (!decrypted.ok) {
    return decrypted.failure === 'duplicate'
      ? { kind: 'duplicate' }
      : { kind: 'unreadable', cause: decrypted.failure };
  }
  // The ratchet has moved on, whatever the plaintext turns out to be.
  fork.join();
  try {
    const packet = decodePacket(decrypted.plaintext);
    const contents = packet.contents.map((signed) =>
      verify(context, unit, incoming.source, parseContent(signed)),
    );
    return { kind: 'contents', contents, resendOf: packet.resendOf };
  } catch {
    // The sender, who is authenticated, wrote something this version cannot read: asking again is no use.
    return { kind: 'unreadable', cause: 'malformed' };
  }
}

function verify(
  context: EngineContext,
  unit: UnitOfWork,
  source: DeviceAddress,
  content: ParsedContent,
): VerifiedContent {
  const account = context.requireAccount();
  const { author, recipientId } = content;
  const isOwn = author.accountId === account.accountId;
  if (author.accountId !== source.accountId || author.deviceId !== source.deviceId) {
    throw new RangeError('the content names another author than its sender');
  }
  if (!isOwn && recipientId !== account.accountId)
    throw new RangeError('the content was written to somebody else');
  if (!needsSignature(content.body)) return { content, signature: 'valid' };
  const key = isOwn ? account.publicKey : unit.identity(author.accountId)?.key;
  const isValid = key !== undefined && verifyContent(content.signed, key);
  return { content, signature: isValid ? 'valid' : 'invalid' };
}

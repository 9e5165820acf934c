/** Server frames from the relay's own types. The one place of the gateway that builds protobuf messages. */
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { idToBytes } from '../../src-shared/ids.ts';
import { relay } from '../../src-shared/protocol/frames.ts';
import { PROTOCOL_VERSION } from '../../src-shared/protocol/transcripts.ts';
import type { RelayLimits } from '../limits.ts';
import type { AccountRecord } from '../services/accounts/storage.ts';
import type { Session } from '../services/accounts/service.ts';
import type { SendOutcome } from '../services/mail/service.ts';
import type { DeviceDifference, MailSource, StoredEnvelope } from '../services/mail/storage.ts';
import { MEDIA_PATH } from '../services/media/routes.ts';
import type { MediaGrant } from '../services/media/service.ts';
import type { FetchedBundles } from '../services/pre-keys/service.ts';
import type { PreKeyCounts } from '../services/pre-keys/storage.ts';
import { badFrame, Refusal } from '../services/refusal.ts';

export type ServerBody = NonNullable<MessageInitShape<typeof relay.ServerFrameSchema>['body']>;

/** `request_id` of a push. */
export const PUSH = 0;

export function encodeFrame(requestId: number, body: ServerBody): Uint8Array {
  return toBinary(relay.ServerFrameSchema, create(relay.ServerFrameSchema, { requestId, body }));
}

/** Throws `BAD_FRAME`. Unknown fields of newer clients are skipped, not kept. */
export function decodeFrame(bytes: Uint8Array): relay.ClientFrame {
  try {
    return fromBinary(relay.ClientFrameSchema, bytes, { readUnknownFields: false });
  } catch {
    // The decoder's message may quote the input.
    throw badFrame('The frame is not a protobuf ClientFrame.');
  }
}

/** Throws `BAD_FRAME` for a request without an id, which could not be answered. */
export function requireRequestId(requestId: number): void {
  if (requestId === PUSH) throw badFrame('A request has an id other than zero.');
}

export interface HelloParts {
  readonly relayName: string;
  readonly nonce: Uint8Array;
  readonly relayTimeMs: number;
  readonly limits: RelayLimits;
}

export function hello({ relayName, nonce, relayTimeMs, limits }: HelloParts): ServerBody {
  return {
    case: 'hello',
    value: {
      protocolVersion: PROTOCOL_VERSION,
      relayName,
      nonce,
      relayTimeMs: BigInt(relayTimeMs),
      heartbeatIntervalMs: limits.heartbeatIntervalMs,
      heartbeatTimeoutMs: limits.heartbeatTimeoutMs,
      limits: {
        frameBytes: limits.frameBytes,
        ciphertextBytes: limits.ciphertextBytes,
        envelopesPerSend: limits.envelopesPerSend,
        mailboxEnvelopes: limits.mailboxEnvelopes,
        mailboxBytes: BigInt(limits.mailboxBytes),
        mailLifetimeDays: limits.mailLifetimeDays,
      },
    },
  };
}

export function error(refusal: Refusal): ServerBody {
  return { case: 'error', value: relayError(refusal) };
}

export function authenticated(session: Session, lastAcceptedOrder: number, relayTimeMs: number): ServerBody {
  return {
    case: 'authenticated',
    value: {
      relayTimeMs: BigInt(relayTimeMs),
      preKeyCounts: { ...session.preKeyCounts },
      ownDeviceIds: [...session.account.devices.keys()],
      username: session.account.username,
      lastAcceptedOrder: BigInt(lastAcceptedOrder),
      registrationId: session.account.devices.get(session.address.deviceId) ?? 0,
    },
  };
}

export function account(record: AccountRecord): ServerBody {
  return {
    case: 'account',
    value: {
      accountId: idToBytes(record.accountId),
      username: record.username,
      identityKey: record.identityKey,
    },
  };
}

export function preKeyCounts(counts: PreKeyCounts): ServerBody {
  return { case: 'preKeyCounts', value: { ...counts } };
}

export function preKeyBundles(fetched: FetchedBundles): ServerBody {
  return {
    case: 'preKeyBundles',
    value: {
      accountId: idToBytes(fetched.account.accountId),
      identityKey: fetched.account.identityKey,
      devices: fetched.devices.map((device) => ({ ...device })),
    },
  };
}

export function sendResults(outcomes: readonly SendOutcome[]): ServerBody {
  return {
    case: 'sendResults',
    value: { results: outcomes.map(({ envelopeId, outcome }) => ({ envelopeId, outcome: result(outcome) })) },
  };
}

type ResultOutcome = NonNullable<MessageInitShape<typeof relay.SendResultSchema>['outcome']>;

function result(outcome: SendOutcome['outcome']): ResultOutcome {
  if (outcome instanceof Refusal) return { case: 'error', value: relayError(outcome) };
  switch (outcome.kind) {
    case 'accepted':
    case 'repeated':
      return { case: 'accepted', value: { acceptedOrder: BigInt(outcome.order) } };
    case 'mismatched':
      return { case: 'mismatches', value: { accounts: outcome.accounts.map(mismatch) } };
  }
}

function mismatch(difference: DeviceDifference): MessageInitShape<typeof relay.DeviceMismatchSchema> {
  return {
    accountId: idToBytes(difference.accountId),
    missing: [...difference.missing],
    extra: [...difference.extra],
    stale: [...difference.stale],
    accountUnknown: difference.account === 'unknown',
  };
}

function relayError(refusal: Refusal): MessageInitShape<typeof relay.RelayErrorSchema> {
  return { code: refusal.code, message: refusal.message, retryAfterMs: refusal.retryAfterMs };
}

export function deliver(page: readonly StoredEnvelope[]): ServerBody {
  return {
    case: 'deliver',
    value: {
      envelopes: page.map((stored) => {
        const position = BigInt(stored.seq);
        return create(relay.EnvelopeSchema, {
          seq: position,
          envelopeId: stored.envelopeId,
          sourceAccountId: stored.source.accountId,
          sourceDeviceId: stored.source.deviceId,
          sourceUsername: stored.source.username,
          type: stored.type,
          ciphertext: stored.ciphertext,
          acceptedOrder: position,
        });
      }),
    },
  };
}

export interface EphemeralParts {
  readonly source: MailSource;
  readonly envelopeId: Uint8Array;
  readonly type: relay.CiphertextType;
  readonly ciphertext: Uint8Array;
}

export function deliverEphemeral({ source, envelopeId, type, ciphertext }: EphemeralParts): ServerBody {
  return {
    case: 'deliverEphemeral',
    value: {
      envelope: {
        envelopeId,
        sourceAccountId: source.accountId,
        sourceDeviceId: source.deviceId,
        sourceUsername: source.username,
        type,
        ciphertext,
      },
    },
  };
}

export function resumed(pending: number): ServerBody {
  return { case: 'resumed', value: { pending } };
}

export function pong(relayTimeMs: number): ServerBody {
  return { case: 'pong', value: { relayTimeMs: BigInt(relayTimeMs) } };
}

export function mediaGrant(grant: MediaGrant, limits: RelayLimits): ServerBody {
  return {
    case: 'mediaGrant',
    value: {
      token: grant.token,
      expiresAtMs: BigInt(grant.expiresMs),
      basePath: MEDIA_PATH,
      fileBytes: BigInt(limits.mediaFileBytes),
      quotaBytes: BigInt(limits.mediaQuotaBytes),
      usedBytes: BigInt(grant.usedBytes),
      blobLifetimeDays: limits.mediaLifetimeDays,
    },
  };
}

export const MAILBOX_DRAINED: ServerBody = { case: 'mailboxDrained', value: {} };

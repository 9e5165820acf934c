/** One stored envelope to the relay, and what its answer means. */
import { create } from '@bufbuild/protobuf';
import { KithError, type ErrorCode } from '../../../src-shared/errors.ts';
import { idFromBytes, idToBytes, parseDeviceId, type AccountId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { EngineContext } from '../context.ts';
import { archiveSession } from '../crypto/archive-session.ts';
import type { Conversation, RoomConversation } from '../conversations/repository.ts';
import { followRoom } from '../rooms/follow.ts';
import { acceptContent, failContent } from '../messages/outbound.ts';
import { fromRelayError } from '../sync/relay-errors.ts';
import type { OutgoingEnvelope, RelayApi } from '../sync/relay-api.ts';
import { destinationAccounts, isForRoom } from './destinations.ts';
import type { StoredEnvelope } from './envelope-repository.ts';
import type { Draft } from './form-envelope.ts';
import { startSessions } from './start-sessions.ts';

export type Transmitted = 'accepted' | 'mended';

/** Headers of a frame around its ciphertexts, generously. */
const FRAME_OVERHEAD_BYTES = 8 * 1024;

/**
 * Sends the envelope. `mended` means that the devices have changed, the sessions follow, and the
 * envelope has to be completed and sent again. Throws `KithError` for everything else.
 */
export async function transmit(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: StoredEnvelope,
): Promise<Transmitted> {
  const outgoing = outgoingEnvelope(context, conversation, envelope);
  const [result] = await relayApi.send([outgoing]);
  switch (result?.outcome.case) {
    case 'accepted':
      recordAccepted(context, conversation, envelope, Number(result.outcome.value.acceptedOrder));
      return 'accepted';
    case 'mismatches':
      await mend(context, relayApi, envelope, result.outcome.value.accounts);
      return 'mended';
    case 'error':
      if (conversation.kind === 'room' && result.outcome.value.code === relay.ErrorCode.ROOM_REVISION_STALE) {
        await followRoom(context, relayApi, conversation.row);
        context.transact(() => {
          context.store.envelopes.setSharedCiphertext(envelope.envelopeId, null);
        });
        return 'mended';
      }
      throw fromRelayError(result.outcome.value);
    default:
      throw new KithError('protocol', 'The relay did not say what became of a message.');
  }
}

function outgoingEnvelope(
  context: EngineContext,
  conversation: Conversation,
  envelope: StoredEnvelope,
): OutgoingEnvelope {
  if (conversation.kind === 'room' && isForRoom(conversation, envelope)) {
    return roomEnvelope(context, conversation, envelope);
  }
  const ciphertexts = context.store.envelopes.ciphertexts(envelope.envelopeId);
  const bytes = ciphertexts.reduce((total, stored) => total + stored.ciphertext.bytes.length, 0);
  if (bytes > MAX_FRAME_BYTES - FRAME_OVERHEAD_BYTES) {
    throw new KithError('message-too-long', 'The message is too long for the number of devices it goes to.');
  }
  return create(relay.OutgoingEnvelopeSchema, {
    envelopeId: idToBytes(envelope.envelopeId),
    destinations: destinationAccounts(context, conversation, envelope).map((accountId) => ({
      accountId: idToBytes(accountId),
      partial: envelope.target !== null,
      devices: ciphertexts
        .filter((stored) => stored.address.accountId === accountId)
        .map(({ address, registrationId, ciphertext }) => ({
          deviceId: address.deviceId,
          registrationId,
          type: ciphertext.type,
          ciphertext: ciphertext.bytes,
        })),
    })),
  });
}

/** One ciphertext and the list of those who can read it. Refused when the room has changed meanwhile. */
function roomEnvelope(
  context: EngineContext,
  conversation: RoomConversation,
  envelope: StoredEnvelope,
): OutgoingEnvelope {
  const { store } = context;
  const state = store.rooms.get(conversation.row);
  const own = context.requireAccount().accountId;
  if (state?.members.has(own) !== true) {
    throw new KithError('not-a-member', 'You are no longer in this room.');
  }
  const sharedCiphertext = store.envelopes.sharedCiphertext(envelope.envelopeId);
  if (sharedCiphertext === null) throw new KithError('internal', 'The message is not encrypted yet.');
  const shares = store.senderKeys.shares(conversation.row);
  return create(relay.OutgoingEnvelopeSchema, {
    envelopeId: idToBytes(envelope.envelopeId),
    sharedType: relay.CiphertextType.SENDER_KEY,
    sharedCiphertext,
    room: { roomId: idToBytes(conversation.roomId), revision: BigInt(state.revision) },
    destinations: [...state.members.keys()].map((accountId) => ({
      accountId: idToBytes(accountId),
      devices: shares
        .filter(({ address }) => address.accountId === accountId)
        .map(({ address, registrationId }) => ({ deviceId: address.deviceId, registrationId })),
    })),
  });
}

function recordAccepted(
  context: EngineContext,
  conversation: Conversation,
  envelope: StoredEnvelope,
  order: number,
): void {
  const { store } = context;
  context.transact((changes) => {
    for (const messageId of store.outbox.messagesOf(envelope.envelopeId)) {
      acceptContent(context, changes, conversation.row, messageId, order);
      changes.event({ type: 'accepted', messageId, roomId: conversation.roomId });
    }
    store.outbox.removeOf(envelope.envelopeId);
    store.receipts.removeOf(envelope.envelopeId);
    store.envelopes.accept(envelope.envelopeId, order);
  });
}

async function mend(
  context: EngineContext,
  relayApi: RelayApi,
  envelope: StoredEnvelope,
  mismatches: readonly relay.DeviceMismatch[],
): Promise<void> {
  for (const mismatch of mismatches) {
    const accountId = idFromBytes<AccountId>(mismatch.accountId);
    if (mismatch.accountUnknown) {
      throw new KithError('username-unknown', 'This person has no account at this relay now.');
    }
    const extra = mismatch.extra.map(parseDeviceId);
    const stale = mismatch.stale.map(parseDeviceId);
    await context.cryptoLane.run(() => {
      const unit = context.newUnit();
      for (const deviceId of extra) unit.deleteSession({ accountId, deviceId });
      // What the former installation sent may still be waiting for us, and only its session reads it.
      for (const deviceId of stale) archiveSession(unit, { accountId, deviceId });
      context.transactWithKeys(unit, () => {
        for (const deviceId of [...extra, ...stale]) {
          context.store.envelopes.removeCiphertext(envelope.envelopeId, { accountId, deviceId });
          context.store.senderKeys.removeShare(envelope.conversation, { accountId, deviceId });
        }
        // What is encrypted once is made anew, for those who are there now.
        context.store.envelopes.setSharedCiphertext(envelope.envelopeId, null);
      });
    });
    const toStart = [...mismatch.missing, ...mismatch.stale].map(parseDeviceId);
    updateOwnDevices(context, accountId, mismatch);
    if (toStart.length > 0) await startSessions(context, relayApi, accountId, toStart);
  }
}

function updateOwnDevices(
  context: EngineContext,
  accountId: AccountId,
  mismatch: relay.DeviceMismatch,
): void {
  const account = context.requireAccount();
  if (accountId !== account.accountId) return;
  const ids = new Set<number>([...account.ownDeviceIds, ...mismatch.missing]);
  for (const deviceId of mismatch.extra) ids.delete(deviceId);
  context.transact(() => {
    context.store.account.setOwnDeviceIds([...ids].sort((a, b) => a - b));
  });
  context.reloadAccount();
}

/** An envelope on its way out; with its draft where it may not be stored yet. */
export interface Attempt {
  readonly envelope: StoredEnvelope;
  readonly draft: Draft | null;
}

/** Gives an envelope up before any relay had it: its messages failed, and say why. */
export function failEnvelope(
  context: EngineContext,
  conversation: Conversation,
  { envelope, draft }: Attempt,
  reason: ErrorCode,
): void {
  const { store } = context;
  context.transact((changes) => {
    for (const item of draft?.items ?? []) store.outbox.assign(item, envelope.envelopeId);
    for (const receipt of draft?.receipts ?? []) store.receipts.assign(receipt, envelope.envelopeId);
    for (const messageId of store.outbox.messagesOf(envelope.envelopeId)) {
      failContent(context, changes, conversation.row, messageId, reason);
    }
    store.outbox.removeOf(envelope.envelopeId);
    store.receipts.removeOf(envelope.envelopeId);
    store.envelopes.remove(envelope.envelopeId);
    // It may have been the one that brought the key.
    store.senderKeys.removeShares(conversation.row);
  });
  context.log.warn('send.failed', { reason });
}

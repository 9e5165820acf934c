/** Another device could not read what we sent: mend the session, and send it again from the log. */
import { create } from '@bufbuild/protobuf';
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { archiveSession } from '../crypto/archive-session.ts';
import type { UnitOfWork } from '../crypto/unit-of-work.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { StoredEnvelope } from '../send/envelope-repository.ts';
import { queueContent } from '../send/compose.ts';
import type { RetryRequest } from './retry-request.ts';

/** One envelope is sent again to one device this often at most; Signal's bound. */
const MAX_RESENDS = 5;

/**
 * Ends the session that the other side cannot follow, so that the next message starts a new one. Only
 * when the request names the ratchet key in use: an old request must not break a session that works.
 */
export function archiveFailedSession(unit: UnitOfWork, source: DeviceAddress, request: RetryRequest): void {
  const session = unit.session(source);
  if (session === null || request.ratchetKey === undefined) return;
  if (!session.hasCurrentState() || !session.currentRatchetKeyMatches(request.ratchetKey)) return;
  archiveSession(unit, source);
}

function mayHaveAgain(
  context: EngineContext,
  conversation: Conversation,
  original: StoredEnvelope | null,
  { accountId }: DeviceAddress,
): boolean {
  if (conversation.kind === 'direct') return accountId === conversation.peerId;
  if (original !== null && original.recipients !== null) return original.recipients.includes(accountId);
  const order = original === null ? null : context.store.envelopes.acceptedOrder(original.envelopeId);
  return order !== null && context.store.rooms.roleAt(conversation.row, accountId, order) !== null;
}

/** Queues the envelope once more for the one device. Runs inside the batch's transaction. */
export function answerRetryRequest(
  context: EngineContext,
  changes: Changes,
  source: DeviceAddress,
  request: RetryRequest,
): void {
  const { store } = context;
  const account = context.requireAccount();
  const original = store.envelopes.get(request.envelopeId);
  const conversation =
    original === null
      ? store.conversations.byPeer(source.accountId)
      : store.conversations.byRow(original.conversation);
  if (conversation === null || conversation.state === 'blocked') return;
  // Only those it was sent to may have it again.
  if (source.accountId !== account.accountId && !mayHaveAgain(context, conversation, original, source))
    return;
  if (original === null) {
    // A stranger, who may ask for anything, hears nothing of us.
    if (conversation.state !== 'active') return;
    // Too old for the log. A message of any kind gives the other side a session that works.
    const value = create(wire.SessionResetSchema);
    queueContent(context, changes, { conversation, audience: 'peer', body: { case: 'sessionReset', value } });
    return;
  }
  if (store.envelopes.countResend(request.envelopeId, source) > MAX_RESENDS) {
    context.log.warn('receive.retry-refused');
    return;
  }
  // It may lack the key of the room as well.
  if (conversation.kind === 'room') store.senderKeys.removeShare(conversation.row, source);
  store.envelopes.insert({
    ...original,
    envelopeId: context.ids.envelopeId(),
    target: source,
    resendOf: request.envelopeId,
    createdAtMs: context.clock.now(),
  });
  changes.toSend.add(conversation.row);
}

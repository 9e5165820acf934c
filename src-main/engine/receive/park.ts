/**
 * Unreadable mail never stops the queue: it is put aside with its cause, the sender is asked to send it
 * again, and the conversation shows one quiet line until that works out. Inside the batch's transaction.
 */
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { DeviceAddress, EnvelopeId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { conversationWith } from '../conversations/open.ts';
import type { DecryptFailure } from '../crypto/ciphers.ts';
import type { Incoming } from './open-envelope.ts';
import type { Parked } from './parked-repository.ts';

/** The first request waits a little, so that a burst of failures does not become a burst of requests. */
const FIRST_REQUEST_MIN_MS = 1_000;
const FIRST_REQUEST_MAX_MS = 6_000;

export function parkEnvelope(
  context: EngineContext,
  changes: Changes,
  incoming: Incoming,
  cause: Exclude<DecryptFailure, 'duplicate'>,
): void {
  const { store, ids } = context;
  context.log.warn('receive.parked', { cause });
  const isOwn = incoming.source.accountId === context.requireAccount().accountId;
  // Which room a sender key belongs to is known only once it is there.
  const isOfRoom = incoming.ciphertext.type === relay.CiphertextType.SENDER_KEY;
  const conversation =
    isOwn || isOfRoom ? null : conversationWith(context, incoming.source.accountId, { newState: 'request' });
  if (conversation?.state === 'blocked') return;
  const nowMs = context.relayNowMs();
  // What the sender wrote cannot be read by this version: sending it again would not change that.
  const asksAgain = cause !== 'malformed';
  const noticeId = conversation === null ? null : ids.messageId();
  const isNew = store.parked.insert({
    envelopeId: incoming.envelopeId,
    source: incoming.source,
    ciphertext: incoming.ciphertext,
    cause,
    acceptedOrder: incoming.acceptedOrder,
    receivedAtMs: nowMs,
    nextRequestAtMs: asksAgain ? nowMs + ids.random(FIRST_REQUEST_MIN_MS, FIRST_REQUEST_MAX_MS) : null,
    noticeId,
  });
  if (!isNew) return;
  changes.parked = true;
  if (conversation === null || noticeId === null) return;
  store.messages.insertNotice({
    messageId: noticeId,
    conversation: conversation.row,
    author: incoming.source,
    sentAtMs: nowMs,
    notice: { type: 'unreadable', outcome: asksAgain ? 'waiting' : 'given-up' },
    order: incoming.acceptedOrder,
  });
  changes.message(conversation.row, noticeId);
}

/** The contents came after all: the line goes, and they take the place the envelope had. */
export function recoverParked(
  context: EngineContext,
  changes: Changes,
  source: DeviceAddress,
  envelopeId: EnvelopeId,
): Parked | null {
  const { store } = context;
  const parked = store.parked.find(source, envelopeId);
  if (parked === null) return null;
  store.parked.finish(parked, 'recovered');
  const place = parked.noticeId === null ? null : store.messages.place(parked.noticeId);
  if (parked.noticeId !== null && place !== null) {
    store.messages.remove(parked.noticeId);
    changes.removedMessage(place.conversation, parked.noticeId);
  }
  context.log.info('receive.recovered', { requests: parked.requests });
  return parked;
}

/** Nobody answered for long enough. */
export function giveUpParked(context: EngineContext, changes: Changes, parked: Parked): void {
  const { store } = context;
  store.parked.finish(parked, 'given-up');
  const place = parked.noticeId === null ? null : store.messages.place(parked.noticeId);
  if (parked.noticeId === null || place === null) return;
  store.messages.setNotice(parked.noticeId, { type: 'unreadable', outcome: 'given-up' });
  changes.message(place.conversation, parked.noticeId);
}

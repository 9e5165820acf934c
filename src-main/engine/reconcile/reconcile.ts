/** What has to be looked after from time to time, and once whenever the connection is back. */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import { supplyPreKeys } from '../crypto/pre-key-supply.ts';
import {
  KEY_ROTATION_MS,
  PRE_KEY_BATCH,
  PRE_KEY_LOW_WATER,
  REPLACED_KEY_LIFETIME_MS,
  rotatePreKeys,
  type OneTimeKeyCounts,
} from '../crypto/pre-keys.ts';
import type { RelayApi } from '../sync/relay-api.ts';

/** DESIGN §8: signals get lost, the clock does not. */
export const RECONCILE_INTERVAL_MS = 5 * 60_000;
/** Who has not asked for an envelope again by now has it. */
const SEND_LOG_MS = 30 * 24 * 60 * 60_000;

/** As long as anybody may still have the envelope to send it again. */
const PARKED_MS = SEND_LOG_MS;

/** Brings prekeys up to date, here and at the relay, and forgets what is old. */
export async function reconcile(
  context: EngineContext,
  relayApi: RelayApi,
  counts: relay.PreKeyCounts | undefined,
): Promise<void> {
  const nowMs = context.clock.now();
  context.transact(() => {
    context.store.keys.deleteReplacedKeys(nowMs - REPLACED_KEY_LIFETIME_MS);
    context.store.envelopes.removeAcceptedBefore(nowMs - SEND_LOG_MS);
    context.store.parked.pruneBefore(context.relayNowMs() - PARKED_MS);
  });
  const isRotated = rotateIfDue(context, nowMs);
  const known = counts === undefined || isRotated ? await uploadKeys(context, relayApi, NONE, 'add') : counts;
  const needed = {
    preKeys: known.oneTimePreKeys < PRE_KEY_LOW_WATER ? PRE_KEY_BATCH - known.oneTimePreKeys : 0,
    kyberPreKeys:
      known.oneTimeKyberPreKeys < PRE_KEY_LOW_WATER ? PRE_KEY_BATCH - known.oneTimeKyberPreKeys : 0,
  };
  if (needed.preKeys > 0 || needed.kyberPreKeys > 0) await uploadKeys(context, relayApi, needed, 'add');
}

/**
 * The relay knows less than it once confirmed: it was restored from an older copy. What it forgot is
 * sent again under the same ids, and its prekeys are replaced, because it may hand out used ones.
 */
export async function repairAfterRelayLoss(
  context: EngineContext,
  relayApi: RelayApi,
  lastAcceptedOrder: number,
): Promise<void> {
  const { envelopes } = context.store;
  if (envelopes.newestAcceptedOrder() <= lastAcceptedOrder) return;
  const lost = envelopes.acceptedAfter(lastAcceptedOrder);
  context.log.warn('relay.lost-data', { envelopes: lost.length });
  context.transact((changes) => {
    for (const envelope of lost) {
      envelopes.reopen(envelope.envelopeId);
      changes.toSend.add(envelope.conversation);
    }
  });
  await uploadKeys(context, relayApi, { preKeys: PRE_KEY_BATCH, kyberPreKeys: PRE_KEY_BATCH }, 'replace');
}

const NONE = { preKeys: 0, kyberPreKeys: 0 };

function rotateIfDue(context: EngineContext, nowMs: number): boolean {
  const { keys } = context.store;
  const newest = keys.newestSignedPreKey();
  // A clock that jumped back must not stop the rotation for good.
  const ageMs = newest === null ? Infinity : Math.abs(nowMs - newest.timestamp());
  if (ageMs < KEY_ROTATION_MS) return false;
  context.transact(() => {
    rotatePreKeys(keys, context.requireAccount().privateKey, nowMs);
  });
  return true;
}

async function uploadKeys(
  context: EngineContext,
  relayApi: RelayApi,
  counts: OneTimeKeyCounts,
  mode: 'add' | 'replace',
): Promise<relay.PreKeyCounts> {
  return relayApi.uploadPreKeys(await supplyPreKeys(context, counts, mode));
}

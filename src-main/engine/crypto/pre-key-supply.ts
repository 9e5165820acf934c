/** Fresh prekeys for the relay: durable here before it hears of them. */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import {
  allocateOneTimeKeyIds,
  makeOneTimeKeys,
  preKeyUpload,
  rotatePreKeys,
  storeOneTimeKeys,
  type OneTimeKeyCounts,
} from './pre-keys.ts';

/** Makes and stores keys, and returns what the relay is to be told. */
export async function supplyPreKeys(
  context: EngineContext,
  counts: OneTimeKeyCounts,
  mode: 'add' | 'replace',
): Promise<relay.UploadPreKeys> {
  const { keys } = context.store;
  const account = context.account;
  if (account === null) throw new Error('prekeys belong to an account');
  const nowMs = context.clock.now();
  const ids = context.transact(() => {
    if (keys.newestSignedPreKey() === null) rotatePreKeys(keys, account.privateKey, nowMs);
    return allocateOneTimeKeyIds(keys, counts);
  });
  const oneTime = await makeOneTimeKeys(account.privateKey, ids, counts, nowMs);
  return context.transact(() => {
    storeOneTimeKeys(keys, oneTime);
    return preKeyUpload(keys, oneTime, mode);
  });
}

/** An empty store gets the account back that its damaged predecessor held. */
import { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import type { IdSource } from '../ids.ts';
import type { Repositories } from '../repositories.ts';
import type { StoreDatabase } from '../store/database.ts';
import type { IdentityRecord } from '../store/identity-copy.ts';

/** libsignal's registration ids have 14 bits and are not zero. */
export const MAX_REGISTRATION_ID = 0x3fff;
/** Far more than one installation uses up, so that none hands out the key ids of the one before. */
const KEY_IDS_PER_INSTALLATION = 2 ** 20;

export interface Recovery {
  readonly identity: IdentityRecord;
  readonly ids: IdSource;
  readonly nowMs: number;
  /** Where the damaged store is now; null when there was none. */
  readonly movedTo: string | null;
}

/**
 * Makes this device another installation of the same account. The relay hears of it when the engine
 * connects. Does nothing in a store that has an account.
 */
export function recoverAccount(database: StoreDatabase, store: Repositories, recovery: Recovery): void {
  const { identity, ids, nowMs, movedTo } = recovery;
  if (store.account.get() !== null) return;
  const reinstallations = identity.reinstallations + 1;
  database.transaction(() => {
    store.account.insertRecovered({
      ...identity,
      registrationId: otherRegistrationId(identity.registrationId, ids),
      reinstallations,
      privateKey: PrivateKey.deserialize(Buffer.from(identity.privateKey, 'base64')),
      publicKey: PublicKey.deserialize(Buffer.from(identity.publicKey, 'base64')),
      // Who never was registered has lost nothing.
      recoveredAtMs: identity.state === 'registered' ? nowMs : null,
      recoveredFrom: movedTo,
    });
    store.keys.skipIds(reinstallations * KEY_IDS_PER_INSTALLATION);
  });
}

/** Any but the one that senders know: that is how they learn of the new installation. */
function otherRegistrationId(former: number, ids: IdSource): number {
  return 1 + ((former - 1 + ids.random(1, MAX_REGISTRATION_ID - 1)) % MAX_REGISTRATION_ID);
}

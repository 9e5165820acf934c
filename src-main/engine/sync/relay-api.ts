/** What the rest of the engine asks of a relay. Every call rejects with a `KithError`; `offline` when there is no connection. */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { RoomApi } from './room-api.ts';
import type { AccountId, DeviceId } from '../../../src-shared/ids.ts';

export type { LinkChange } from './room-api.ts';

export type OutgoingEnvelope = relay.OutgoingEnvelope;

export interface RelayApi extends RoomApi {
  /** Results in the order of the envelopes, each durable at the relay when it says so. */
  send(envelopes: readonly OutgoingEnvelope[]): Promise<readonly relay.SendResult[]>;
  /** Dropped without a word when nobody listens. */
  sendEphemeral(envelope: OutgoingEnvelope): void;
  /** Consumes one-time keys. No device ids means all devices. */
  fetchPreKeys(accountId: AccountId, deviceIds: readonly DeviceId[]): Promise<relay.PreKeyBundles>;
  uploadPreKeys(upload: relay.UploadPreKeys): Promise<relay.PreKeyCounts>;
  lookUp(by: { readonly username: string } | { readonly accountId: AccountId }): Promise<relay.Account>;
  /** Leave to move files, for about an hour. */
  mediaAccess(): Promise<relay.MediaGrant>;
  /** Everything up to here is durable in this store. */
  acknowledge(seq: number): void;
}

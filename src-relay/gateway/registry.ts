import type { AccountId, DeviceAddress, DeviceId } from '../../src-shared/ids.ts';

/** A connected device, as other connections see it. */
export interface Peer {
  /** New mail is in its mailbox. */
  wake(): void;
  /** Passes a frame on unless the peer is behind. */
  offerEphemeral(frame: Uint8Array): void;
  /** A newer connection of the same device took over. */
  supersede(): void;
}

/** Which devices are connected: one connection each. */
export class Registry {
  readonly #accounts = new Map<AccountId, Map<DeviceId, Peer>>();

  find(accountId: AccountId, deviceId: DeviceId): Peer | undefined {
    return this.#accounts.get(accountId)?.get(deviceId);
  }

  /** Enters a peer; the one that was there before is told that it is superseded. */
  enter({ accountId, deviceId }: DeviceAddress, peer: Peer): void {
    let devices = this.#accounts.get(accountId);
    if (devices === undefined) {
      devices = new Map();
      this.#accounts.set(accountId, devices);
    }
    const former = devices.get(deviceId);
    devices.set(deviceId, peer);
    former?.supersede();
  }

  /** Removes a peer, unless a newer one has its place. */
  leave({ accountId, deviceId }: DeviceAddress, peer: Peer): void {
    const devices = this.#accounts.get(accountId);
    if (devices?.get(deviceId) !== peer) return;
    devices.delete(deviceId);
    if (devices.size === 0) this.#accounts.delete(accountId);
  }
}

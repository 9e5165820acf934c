/** Which accounts and devices an envelope is for. */
import { parseDeviceId, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { StoredEnvelope } from './envelope-repository.ts';
import type { Audience } from './outbox-repository.ts';

export function destinationAccounts(
  context: EngineContext,
  conversation: Conversation,
  envelope: StoredEnvelope,
): readonly AccountId[] {
  if (envelope.target !== null) return [envelope.target.accountId];
  const own = context.requireAccount().accountId;
  const accounts: Record<Audience, readonly AccountId[]> = {
    // Ourselves even when this is our only device as far as it knows: the relay tells of new ones.
    everyone: [conversation.peerId, own],
    peer: [conversation.peerId],
    'own-devices': [own],
  };
  return accounts[envelope.audience];
}

export interface DevicesToReach {
  /** Devices there is, or can be, a session with. */
  readonly devices: readonly DeviceAddress[];
  /** Accounts of which no device is known: all have to be asked for. */
  readonly unknownAccounts: readonly AccountId[];
}

export function devicesToReach(
  context: EngineContext,
  conversation: Conversation,
  envelope: StoredEnvelope,
): DevicesToReach {
  if (envelope.target !== null) return { devices: [envelope.target], unknownAccounts: [] };
  const account = context.requireAccount();
  const devices: DeviceAddress[] = [];
  const unknownAccounts: AccountId[] = [];
  for (const accountId of destinationAccounts(context, conversation, envelope)) {
    const deviceIds =
      accountId === account.accountId
        ? account.ownDeviceIds.filter((deviceId) => deviceId !== account.deviceId)
        : context.store.keys.knownDevices(accountId).map((device) => parseDeviceId(device.deviceId));
    devices.push(...deviceIds.map((deviceId) => ({ accountId, deviceId })));
    if (deviceIds.length === 0 && accountId !== account.accountId) unknownAccounts.push(accountId);
  }
  return { devices, unknownAccounts };
}

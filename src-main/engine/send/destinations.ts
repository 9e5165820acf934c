/** Which accounts and devices an envelope is for. */
import { parseDeviceId, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { StoredEnvelope } from './envelope-repository.ts';

type Addressed = Pick<StoredEnvelope, 'audience' | 'recipients' | 'target'>;

/** True for what is encrypted once, with a sender key, for everybody in a room. */
export function isForRoom(conversation: Conversation, envelope: Addressed): boolean {
  return (
    conversation.kind === 'room' &&
    envelope.audience === 'everyone' &&
    envelope.recipients === null &&
    envelope.target === null
  );
}

export function destinationAccounts(
  context: EngineContext,
  conversation: Conversation,
  envelope: Addressed,
): readonly AccountId[] {
  if (envelope.target !== null) return [envelope.target.accountId];
  if (envelope.recipients !== null) return envelope.recipients;
  const own = context.requireAccount().accountId;
  if (envelope.audience === 'own-devices') return [own];
  if (conversation.kind === 'room') {
    return [...(context.store.rooms.get(conversation.row)?.members.keys() ?? [])];
  }
  // Ourselves even when this is our only device as far as it knows: the relay tells of new ones.
  return envelope.audience === 'everyone' ? [conversation.peerId, own] : [conversation.peerId];
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
  envelope: Addressed,
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

/** Whether an envelope names exactly the devices that the accounts have. Pure. */
import type { DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import type { DeviceDifference, MailDestination } from './storage.ts';

/** Registration ids by device, `undefined` for an unknown account. */
export type KnownDevices = ReadonlyMap<DeviceId, number> | undefined;

/**
 * Compares one destination with the devices of its account. The sending device itself counts as absent
 * from its account: nobody writes to himself, and a message to one's own other devices may find none.
 * Returns `undefined` when they agree.
 */
export function compareDevices(
  source: DeviceAddress,
  destination: MailDestination,
  known: KnownDevices,
): DeviceDifference | undefined {
  const { accountId, devices } = destination;
  if (known === undefined) return { accountId, missing: [], extra: [], stale: [], account: 'unknown' };
  if (destination.coverage === 'named-devices') return comparePartial(source, destination, known);
  const ownId = accountId === source.accountId ? source.deviceId : undefined;
  let agreeing = 0;
  for (const { deviceId, registrationId } of devices) {
    if (deviceId !== ownId && known.get(deviceId) === registrationId) agreeing += 1;
  }
  const expected = known.size - (ownId !== undefined && known.has(ownId) ? 1 : 0);
  // Devices are distinct, so equal numbers mean equal sets.
  if (agreeing === devices.length && agreeing === expected) return undefined;
  const named = new Set(devices.map((device) => device.deviceId));
  return {
    accountId,
    missing: [...known.keys()].filter((id) => id !== ownId && !named.has(id)),
    extra: [...named].filter((id) => id === ownId || !known.has(id)),
    stale: devices
      .filter(({ deviceId, registrationId }) => {
        const current = known.get(deviceId);
        return deviceId !== ownId && current !== undefined && current !== registrationId;
      })
      .map((device) => device.deviceId),
    account: 'known',
  };
}

/** Only the named devices are meant: none is missing, and a registration id of zero means any. */
function comparePartial(
  source: DeviceAddress,
  { accountId, devices }: MailDestination,
  known: NonNullable<KnownDevices>,
): DeviceDifference | undefined {
  const isSource = (deviceId: DeviceId): boolean =>
    accountId === source.accountId && deviceId === source.deviceId;
  const extra = devices.filter(({ deviceId }) => isSource(deviceId) || !known.has(deviceId));
  const stale = devices.filter(
    ({ deviceId, registrationId }) =>
      !extra.some((device) => device.deviceId === deviceId) &&
      registrationId !== 0 &&
      known.get(deviceId) !== registrationId,
  );
  if (extra.length === 0 && stale.length === 0) return undefined;
  const ids = (list: typeof devices): DeviceId[] => list.map((device) => device.deviceId);
  return { accountId, missing: [], extra: ids(extra), stale: ids(stale), account: 'known' };
}

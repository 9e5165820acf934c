/** Sessions with devices there is none with yet: bundles from the relay, then the key agreement. */
import { ErrorCode, LibSignalErrorBase, PublicKey } from '@signalapp/libsignal-client';
import { KithError } from '../../../src-shared/errors.ts';
import { parseDeviceId, type AccountId, type DeviceId } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import { recordIdentityChange } from '../contacts/identity-change.ts';
import type { EngineContext } from '../context.ts';
import type { RelayApi } from '../sync/relay-api.ts';

/**
 * Starts a session with each of the devices, or with all of the account's when none is named. Throws
 * `identity-changed` when the account's key is not the known one: that is stored, shown, and stops
 * sending until a person has acknowledged it. Throws what the relay throws, `protocol` for bad bundles.
 */
export async function startSessions(
  context: EngineContext,
  relayApi: RelayApi,
  accountId: AccountId,
  deviceIds: readonly DeviceId[],
): Promise<void> {
  const bundles = await relayApi.fetchPreKeys(accountId, deviceIds);
  await context.cryptoLane.run(() => processBundles(context, accountId, bundles));
}

async function processBundles(
  context: EngineContext,
  accountId: AccountId,
  bundles: relay.PreKeyBundles,
): Promise<void> {
  const own = context.requireAccount();
  const unit = context.newUnit();
  try {
    const identityKey = PublicKey.deserialize(new Uint8Array(bundles.identityKey));
    for (const device of bundles.devices) {
      const deviceId = parseDeviceId(device.deviceId);
      if (accountId === own.accountId && deviceId === own.deviceId) continue;
      const bundle = { identityKey, device };
      await context.ciphers.startSession(
        unit,
        { accountId, deviceId },
        bundle,
        new Date(context.clock.now()),
      );
    }
  } catch (error) {
    if (!(error instanceof LibSignalErrorBase) || error.code !== ErrorCode.UntrustedIdentity) {
      throw new KithError('protocol', 'The relay handed out keys that do not check out.', { cause: error });
    }
    changeIdentity(context, accountId, bundles);
    throw new KithError('identity-changed', 'The safety number of this person has changed.');
  }
  context.transactWithKeys(unit, () => undefined);
}

/** The sessions under the former key are of no use to whoever holds the new one. */
function changeIdentity(context: EngineContext, accountId: AccountId, bundles: relay.PreKeyBundles): void {
  const unit = context.newUnit();
  unit.saveIdentity(accountId, PublicKey.deserialize(new Uint8Array(bundles.identityKey)), 'changed');
  for (const { deviceId } of context.store.keys.knownDevices(accountId)) {
    unit.deleteSession({ accountId, deviceId: parseDeviceId(deviceId) });
  }
  context.transactWithKeys(unit, (changes) => {
    recordIdentityChange(context, changes, accountId);
  });
}

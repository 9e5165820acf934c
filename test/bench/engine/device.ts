/** A device without a relay: a real store and the engine's own parts, to measure them apart. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { PrivateKey, type PublicKey } from '@signalapp/libsignal-client';
import { systemClock, systemTimers } from '../../../src-shared/clock.ts';
import { FIRST_DEVICE } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { EngineContext } from '../../../src-main/engine/context.ts';
import { systemIds } from '../../../src-main/engine/ids.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { supplyPreKeys } from '../../../src-main/engine/crypto/pre-key-supply.ts';
import { repositories } from '../../../src-main/engine/repositories.ts';
import { openDatabase, type StoreDatabase } from '../../../src-main/engine/store/database.ts';

export interface BenchDevice {
  readonly context: EngineContext;
  readonly database: StoreDatabase;
  readonly key: Uint8Array;
}

export function makeDevice(folder: string, username: string): BenchDevice {
  const key = new Uint8Array(randomBytes(32));
  const database = openDatabase(join(folder, `${username}.db`), key);
  const store = repositories(database.write);
  database.transaction(() => {
    store.account.insertPending({
      accountId: systemIds.accountId(),
      deviceId: FIRST_DEVICE,
      registrationId: systemIds.random(1, 0x3fff),
      privateKey: PrivateKey.generate(),
      username,
      displayName: username,
      relayUrl: 'http://127.0.0.1:1',
      relayName: null,
    });
    store.account.markRegistered('bench', username);
    store.account.setOwnDeviceIds([FIRST_DEVICE]);
  });
  const context = new EngineContext({
    clock: systemClock,
    timers: systemTimers,
    ids: systemIds,
    log: silentLogger,
    database,
    store,
    afterCommit: () => undefined,
  });
  return { context, database, key };
}

/** What a relay would hand out for the device. */
export async function bundleOf({
  context,
}: BenchDevice): Promise<{ identityKey: PublicKey; device: relay.DevicePreKeyBundle }> {
  const account = context.requireAccount();
  const upload = await supplyPreKeys(context, { preKeys: 1, kyberPreKeys: 1 }, 'add');
  const { signedPreKey, oneTimePreKeys, oneTimeKyberPreKeys } = upload;
  const [oneTimePreKey] = oneTimePreKeys;
  const [kyberPreKey] = oneTimeKyberPreKeys;
  if (signedPreKey === undefined || oneTimePreKey === undefined || kyberPreKey === undefined) {
    throw new Error('the prekeys are incomplete');
  }
  return {
    identityKey: account.publicKey,
    device: create(relay.DevicePreKeyBundleSchema, {
      deviceId: account.deviceId,
      registrationId: account.registrationId,
      signedPreKey,
      oneTimePreKey,
      kyberPreKey,
    }),
  };
}

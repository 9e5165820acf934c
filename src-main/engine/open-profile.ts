/** From a data folder and something that opens it to a running engine. */
import { existsSync, renameSync } from 'node:fs';
import { systemClock, systemTimers } from '../../src-shared/clock.ts';
import { KithError } from '../../src-shared/errors.ts';
import { IdentityKeeper } from './account/identity-keeper.ts';
import { recoverAccount } from './account/recover.ts';
import { createEngine, type Engine } from './engine.ts';
import { systemIds } from './ids.ts';
import type { Logger } from './log.ts';
import { repositories } from './repositories.ts';
import {
  moveAside,
  newestMovedAside,
  openDatabase,
  storeError,
  type StoreDatabase,
} from './store/database.ts';
import type { DataFolder } from './store/data-folder.ts';

/**
 * Opens the store in a folder with its key. A damaged store is moved aside, never overwritten. An empty
 * one takes its place, with the account from the sealed copy of the identity; what was lost is told by the
 * request `recovery.get`. Without a copy that opens, `store-corrupt` is thrown with the new place.
 */
export function openProfile(folder: DataFolder, key: Uint8Array, log: Logger): Engine {
  const keeper = new IdentityKeeper(folder.identityPath, key, log);
  try {
    return startEngine(folder, openDatabase(folder.databasePath, key), keeper, log);
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'store-corrupt') throw error;
    const movedTo = moveAside(folder.databasePath, systemClock.now());
    // Their keys are in the damaged store.
    if (existsSync(folder.filesPath)) renameSync(folder.filesPath, `${movedTo}.files`);
    log.error('store.moved-aside');
    if (keeper.kept === null) {
      throw new KithError(
        'store-corrupt',
        `The message store was damaged and has been moved to ${movedTo}. Nothing in it was changed. Start Kith again to begin with an empty store.`,
        { cause: error },
      );
    }
    return startEngine(folder, openDatabase(folder.databasePath, key), keeper, log);
  }
}

/** Lets the store go again when the first reads from it fail. */
function startEngine(
  folder: DataFolder,
  database: StoreDatabase,
  keeper: IdentityKeeper,
  log: Logger,
): Engine {
  try {
    const store = repositories(database.write);
    // Also in a store that is empty because a crash came between moving the old one and filling this one.
    if (keeper.kept !== null && store.account.get() === null) {
      recoverAccount(database, store, {
        identity: keeper.kept,
        ids: systemIds,
        nowMs: systemClock.now(),
        movedTo: newestMovedAside(folder.databasePath),
      });
      database.truncateLog();
      log.warn('account.recovered');
    }
    return createEngine({
      database,
      filesPath: folder.filesPath,
      clock: systemClock,
      timers: systemTimers,
      ids: systemIds,
      log,
      onAccount: (account) => {
        keeper.keep(account);
      },
    });
  } catch (error) {
    database.close();
    throw storeError(error);
  }
}

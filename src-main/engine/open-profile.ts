/** From a data folder and something that opens it to a running engine. */
import { existsSync, renameSync } from 'node:fs';
import { systemClock, systemTimers } from '../../src-shared/clock.ts';
import { KithError } from '../../src-shared/errors.ts';
import { createEngine, type Engine } from './engine.ts';
import { systemIds } from './ids.ts';
import type { Logger } from './log.ts';
import { moveAside, openDatabase, storeError, type StoreDatabase } from './store/database.ts';
import type { DataFolder } from './store/data-folder.ts';

/** Lets the store go again when the first reads from it fail. */
function startEngine(database: StoreDatabase, filesPath: string, log: Logger): Engine {
  try {
    return createEngine({
      database,
      filesPath,
      clock: systemClock,
      timers: systemTimers,
      ids: systemIds,
      log,
    });
  } catch (error) {
    database.close();
    throw storeError(error);
  }
}

/**
 * Opens the store in a folder with its key. A damaged store is moved aside, never overwritten, and then
 * `store-corrupt` is thrown with the place it was moved to.
 */
export function openProfile(folder: DataFolder, key: Uint8Array, log: Logger): Engine {
  try {
    return startEngine(openDatabase(folder.databasePath, key), folder.filesPath, log);
  } catch (error) {
    if (!(error instanceof KithError) || error.code !== 'store-corrupt') throw error;
    const movedTo = moveAside(folder.databasePath, systemClock.now());
    // Their keys are in the damaged store.
    if (existsSync(folder.filesPath)) renameSync(folder.filesPath, `${movedTo}.files`);
    log.error('store.moved-aside');
    throw new KithError(
      'store-corrupt',
      `The message store was damaged and has been moved to ${movedTo}. Nothing in it was changed. Start Kith again to begin with an empty store.`,
      { cause: error },
    );
  }
}

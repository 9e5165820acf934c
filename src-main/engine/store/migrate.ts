import type Database from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { initial } from './migrations/0001-initial.ts';
import { attachments } from './migrations/0004-attachments.ts';

/** Oldest first. A migration that was released is never changed; a new one is appended. */
export const MIGRATIONS: readonly { readonly version: number; readonly sql: string }[] = [
  { version: 1, sql: initial },
  { version: 4, sql: attachments },
];

/** `PRAGMA user_version` of a store this build writes. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

/**
 * Brings a store up to `target`, one transaction a step, so that a crash leaves a whole version behind.
 * Throws `store-too-new` for a store that a later Kith has written; that store is left as it is.
 */
export function migrate(db: Database.Database, target: number = SCHEMA_VERSION): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > SCHEMA_VERSION) {
    throw new KithError(
      'store-too-new',
      `This store was written by a newer Kith (version ${String(version)}; this one reads up to ${String(SCHEMA_VERSION)}). Update Kith to open it.`,
    );
  }
  for (const step of MIGRATIONS) {
    if (step.version <= version || step.version > target) continue;
    db.transaction(() => {
      db.exec(step.sql);
      db.pragma(`user_version = ${String(step.version)}`);
    }).immediate();
  }
}

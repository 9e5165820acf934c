import type Database from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { initial } from './migrations/0001-initial.ts';
import { installations } from './migrations/0002-installations.ts';
import { messageOperations } from './migrations/0003-message-operations.ts';
import { attachments } from './migrations/0004-attachments.ts';
import { rooms } from './migrations/0005-rooms.ts';

/** Oldest first. A migration that was released is never changed; a new one is appended. */
export const MIGRATIONS: readonly { readonly version: number; readonly sql: string }[] = [
  { version: 1, sql: initial },
  { version: 2, sql: installations },
  { version: 3, sql: messageOperations },
  { version: 4, sql: attachments },
  { version: 5, sql: rooms },
];

/** `PRAGMA user_version` of a store this build writes. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

/**
 * Brings a store up to `target`, one transaction a step, so that a crash leaves a whole version behind.
 * Throws `store-too-new` for a store that a later Kith has written; that store is left as it is.
 */
export function migrate(db: Database.Database, target: number = SCHEMA_VERSION): 'current' | 'migrated' {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > SCHEMA_VERSION) {
    throw new KithError(
      'store-too-new',
      `This store was written by a newer Kith (version ${String(version)}; this one reads up to ${String(SCHEMA_VERSION)}). Update Kith to open it.`,
    );
  }
  const due = MIGRATIONS.filter((step) => step.version > version && step.version <= target);
  // A step may rebuild a table that others refer to; what it leaves behind is checked before it counts.
  db.pragma('foreign_keys = OFF');
  for (const step of due) {
    db.transaction(() => {
      db.exec(step.sql);
      checkReferences(db);
      db.pragma(`user_version = ${String(step.version)}`);
    }).immediate();
  }
  db.pragma('foreign_keys = ON');
  return due.length === 0 ? 'current' : 'migrated';
}

function checkReferences(db: Database.Database): void {
  const broken = db.pragma('foreign_key_check');
  if (Array.isArray(broken) && broken.length > 0) throw new Error('a migration left references to nothing');
}

/** Numbered, transactional steps from an empty file to the present schema. A released step never changes. */
import type { Database } from 'better-sqlite3';
import { KithError } from '../../../src-shared/errors.ts';
import { INITIAL_SCHEMA } from './migrations/0001-initial.ts';
import { OBSERVED_TIME_SCHEMA } from './migrations/0002-observed-time.ts';
import { MEDIA_SCHEMA } from './migrations/0003-media.ts';

export interface Migration {
  /** The schema version after this step. */
  readonly version: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, sql: INITIAL_SCHEMA },
  { version: 2, sql: OBSERVED_TIME_SCHEMA },
  { version: 3, sql: MEDIA_SCHEMA },
];

export function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/**
 * Brings the database to the newest version, one transaction a step, so that a crash leaves it at a
 * version that exists. Throws `store-too-new` for a version from a later release, and changes nothing.
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const current = schemaVersion(database);
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new KithError(
      'store-too-new',
      `The relay's data was written by a newer version (schema ${String(current)}, this version knows ` +
        `${String(newest)}). Start the newer version; nothing was changed.`,
    );
  }
  for (const { version, sql } of migrations) {
    if (version <= current) continue;
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${String(version)}`);
    })();
  }
}

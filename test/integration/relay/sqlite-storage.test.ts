import { join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { migrate, MIGRATIONS, schemaVersion } from '../../../src-relay/storage/sqlite/migrations.ts';
import { DATABASE_FILE, openSqliteStorage } from '../../../src-relay/storage/sqlite/sqlite-storage.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { describeStorageConformance } from '../../support/relay/storage-conformance.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let directory = '';
describeStorageConformance('SQLite', {
  open: () => {
    directory = cleanup.folder();
    return Promise.resolve(openSqliteStorage({ directory }));
  },
  reopen: () => Promise.resolve(openSqliteStorage({ directory })),
  cleanUp: () => cleanup.run(),
});

function schemaOf(database: Database): string {
  const rows = database
    .prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
    .pluck()
    .all();
  return rows.join(';\n');
}

describe('migrations', () => {
  it('lead to the schema that is known', () => {
    const database = new SqliteDatabase(':memory:');
    migrate(database, MIGRATIONS);
    expect(`-- version ${String(schemaVersion(database))}\n${schemaOf(database)}`).toMatchSnapshot();
    database.close();
  });

  it('lead from every earlier version to the same schema', () => {
    for (const [index] of MIGRATIONS.entries()) {
      const [stepwise, direct] = [new SqliteDatabase(':memory:'), new SqliteDatabase(':memory:')];
      migrate(stepwise, MIGRATIONS.slice(0, index + 1));
      migrate(stepwise, MIGRATIONS);
      migrate(direct, MIGRATIONS);
      expect(schemaOf(stepwise)).toBe(schemaOf(direct));
      for (const database of [stepwise, direct]) database.close();
    }
  });

  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('happen whole or not at all, and keep what is there', () => {
    const database = new SqliteDatabase(':memory:');
    migrate(database, MIGRATIONS);
    database.prepare("INSERT INTO relay_state VALUES (1, 'kept', 5)").run();
    const before = schemaOf(database);
    const next = MIGRATIONS.length + 1;
    const broken = [
      ...MIGRATIONS,
      { version: next, sql: 'CREATE TABLE more (a INTEGER) STRICT; SELECT nonsense' },
    ];
    expect(() => {
      migrate(database, broken);
    }).toThrow();
    expect(schemaOf(database)).toBe(before);
    expect(schemaVersion(database)).toBe(MIGRATIONS.length);
    migrate(database, [...MIGRATIONS, { version: next, sql: 'CREATE TABLE more (a INTEGER) STRICT' }]);
    expect(schemaVersion(database)).toBe(next);
    expect(database.prepare('SELECT relay_name FROM relay_state').pluck().get()).toBe('kept');
    expect(() => {
      migrate(database, MIGRATIONS);
    }).toThrow(/newer version/);
    database.close();
  });
});

describe('the SQLite file', () => {
  it('is flushed at every commit and belongs to one process', () => {
    const folder = cleanup.folder();
    const storage = openSqliteStorage({ directory: folder });
    cleanup.add(() => storage.close());
    expect(() =>
      new SqliteDatabase(join(folder, DATABASE_FILE), { timeout: 0 }).pragma('user_version'),
    ).toThrow(/locked/);
  });
});

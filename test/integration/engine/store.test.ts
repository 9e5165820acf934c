/** The encrypted store on a real disk: what is on it, and what happens to one that cannot be opened. */
import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openProfile } from '../../../src-main/engine/open-profile.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { openDatabase } from '../../../src-main/engine/store/database.ts';
import { openDataFolder, type DataFolder } from '../../../src-main/engine/store/data-folder.ts';
import { migrate, MIGRATIONS, SCHEMA_VERSION } from '../../../src-main/engine/store/migrate.ts';
import { Person } from '../../support/engine/person.ts';
import { filesBelow, filesWith } from '../../support/engine/files.ts';
import { insertOwnText, newConversation, openStore } from '../../support/engine/stores.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** SQLCipher's. */
const PAGE_BYTES = 4096;

const newKey = (): Uint8Array => new Uint8Array(randomBytes(32));
const coded = (code: string): unknown => expect.objectContaining({ name: 'KithError', code });

function folder(): DataFolder {
  const opened = openDataFolder(cleanup.folder());
  cleanup.add(() => {
    opened.release();
  });
  return opened;
}

/** A closed store with a few hundred messages in it. */
function filledStore(path: string, key: Uint8Array): void {
  const { database, store } = openStore(cleanup, { path, key });
  const conversation = newConversation(store);
  database.transaction(() => {
    for (let i = 0; i < 300; i++)
      insertOwnText(store, conversation, `message ${String(i)} ${'x'.repeat(200)}`);
  });
  database.close();
}

describe('at rest', () => {
  it('nothing of what was written can be read off the disk, while running and afterwards', async () => {
    const relay = await cleanup.relay();
    const ada = await Person.join(cleanup, relay.url, 'ada-of-the-secret-name');
    const ben = await Person.join(cleanup, relay.url, 'ben-of-the-secret-name');
    await ada.engine.request('account.setDisplayName', { displayName: 'Ada of the display name' });
    await ada.send(ben.username, 'meet me at the secret place');
    await ben.received('meet me at the secret place');
    const roomId = await ben.room(ada.username);
    await ben.engine.request('conversations.setDraft', { roomId, text: 'a draft about the secret place' });
    const secrets = ['secret place', 'secret-name', 'display name', 'SQLite format 3', 'CREATE TABLE'];
    const clear = (person: Person): readonly string[] =>
      secrets.flatMap((secret) => filesWith(join(person.databasePath, '..'), secret));
    const names = [...filesBelow(join(ben.databasePath, '..')).keys()].map((path) => path.split('.').at(-1));
    expect(names).toContain('db-wal');
    expect([...clear(ada), ...clear(ben)]).toEqual([]);
    for (const bytes of filesBelow(join(ben.databasePath, '..')).values()) {
      expect(bytes.includes(Buffer.from(ben.key))).toBe(false);
    }
    await ada.close();
    await ben.close();
    expect([...clear(ada), ...clear(ben)]).toEqual([]);
  });

  it('a text would be found if it were there', () => {
    const path = cleanup.folder();
    const db = new Database(join(path, 'plain.db'));
    db.exec(`CREATE TABLE t (text TEXT); INSERT INTO t VALUES ('meet me at the secret place')`);
    db.close();
    writeFileSync(join(path, 'encoded'), Buffer.from('meet me at the secret place').toString('base64'));
    expect(filesWith(path, 'meet me at the secret place')).toHaveLength(2);
    expect(filesWith(path, 'SQLite format 3')).toHaveLength(1);
  });

  it('closing leaves no log behind', () => {
    const path = cleanup.folder();
    filledStore(join(path, 'kith.db'), newKey());
    expect(readdirSync(path)).toEqual(['kith.db']);
  });
});

describe('a store that cannot be opened', () => {
  it('with another key is refused and not changed', () => {
    const path = join(cleanup.folder(), 'kith.db');
    const key = newKey();
    filledStore(path, key);
    const before = readFileSync(path);
    expect(() => openDatabase(path, newKey())).toThrow(coded('store-corrupt'));
    expect(readFileSync(path).equals(before)).toBe(true);
    openDatabase(path, key).close();
  });

  it('because a newer Kith wrote it is refused, named and left as it is', () => {
    const at = folder();
    const key = newKey();
    filledStore(at.databasePath, key);
    const { database } = openStore(cleanup, { path: at.databasePath, key });
    database.write.pragma(`user_version = ${String(SCHEMA_VERSION + 1)}`);
    database.close();
    const before = readFileSync(at.databasePath);
    expect(() => openProfile(at, key, silentLogger)).toThrow(coded('store-too-new'));
    expect(readFileSync(at.databasePath).equals(before)).toBe(true);
    expect(readdirSync(at.path).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['its first page is damaged', (bytes) => Buffer.concat([Buffer.alloc(100, 0xaa), bytes.subarray(100)])],
    ['it was cut to nothing but a few bytes', (bytes) => bytes.subarray(0, 777)],
    [
      'it is another file altogether',
      () => Buffer.from('SQLite format 3\0 and then something else'.repeat(200)),
    ],
    [
      'every page but the first is damaged',
      (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x55)]),
    ],
  ];

  it.each(damages)(
    'because %s is moved aside unchanged, and the next start begins anew',
    async (_, damage) => {
      const at = folder();
      const key = newKey();
      filledStore(at.databasePath, key);
      const damaged = damage(readFileSync(at.databasePath));
      writeFileSync(at.databasePath, damaged);
      let error: unknown;
      try {
        await openProfile(at, key, silentLogger).close();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toEqual(coded('store-corrupt'));
      const aside = readdirSync(at.path).filter((name) => /^kith\.db\.damaged-[\dTZ-]+$/.test(name));
      expect(aside).toHaveLength(1);
      expect((error as Error).message).toContain(aside[0]);
      expect(readFileSync(join(at.path, aside[0] ?? '')).equals(damaged)).toBe(true);
      const engine = openProfile(at, key, silentLogger);
      expect(await engine.request('account.get', {})).toBeNull();
      await engine.close();
      expect(readFileSync(join(at.path, aside[0] ?? '')).equals(damaged)).toBe(true);
    },
  );

  it('because a page that is read at the start is damaged is moved aside as well', () => {
    const at = folder();
    const key = newKey();
    const { database } = openStore(cleanup, { path: at.databasePath, key });
    const accountPage = database.read
      .prepare<[], { page: number }>(`SELECT rootpage AS page FROM sqlite_schema WHERE name = 'account'`)
      .get()?.page;
    database.close();
    if (accountPage === undefined) throw new Error('there is no table of accounts');
    const bytes = readFileSync(at.databasePath);
    writeFileSync(
      at.databasePath,
      bytes.fill(0x66, (accountPage - 1) * PAGE_BYTES, accountPage * PAGE_BYTES),
    );
    expect(() => openProfile(at, key, silentLogger)).toThrow(coded('store-corrupt'));
    expect(readdirSync(at.path).filter((name) => name.startsWith('kith.db.damaged-'))).toHaveLength(1);
  });

  it('takes its log with it when it is moved aside', () => {
    const at = folder();
    const key = newKey();
    const { database, store } = openStore(cleanup, { path: at.databasePath, key });
    insertOwnText(store, newConversation(store), 'only in the log');
    const copy = folder();
    for (const suffix of ['', '-wal']) copyFileSync(at.databasePath + suffix, copy.databasePath + suffix);
    database.close();
    writeFileSync(copy.databasePath, Buffer.alloc(8192, 0x77));
    const log = readFileSync(`${copy.databasePath}-wal`);
    expect(() => openProfile(copy, key, silentLogger)).toThrow(coded('store-corrupt'));
    const moved = readdirSync(copy.path).find((name) => name.includes('damaged') && name.endsWith('-wal'));
    expect(readFileSync(join(copy.path, moved ?? 'no log')).equals(log)).toBe(true);
  });
});

describe('migrations', () => {
  const memory = (): Database.Database => {
    const db = new Database(':memory:');
    cleanup.add(() => {
      db.close();
    });
    return db;
  };
  const schemaOf = (db: Database.Database): unknown =>
    db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
  const versionOf = (db: Database.Database): unknown => db.pragma('user_version', { simple: true });
  const versions = [0, ...MIGRATIONS.map((migration) => migration.version)];

  it.each(versions)('lead from version %i to the same schema', (version) => {
    const [fresh, old] = [memory(), memory()];
    migrate(fresh);
    migrate(old, version);
    expect(versionOf(old)).toBe(version);
    migrate(old);
    expect(versionOf(old)).toBe(SCHEMA_VERSION);
    expect(schemaOf(old)).toEqual(schemaOf(fresh));
  });

  it('that are done change nothing when they are asked for again', () => {
    const db = memory();
    migrate(db);
    const before = schemaOf(db);
    migrate(db);
    expect(schemaOf(db)).toEqual(before);
  });

  it('that fail halfway leave the whole version before, and work once the reason is gone', () => {
    const db = memory();
    // In the way of the last table of the first migration.
    db.exec('CREATE TABLE parked (something TEXT)');
    expect(() => {
      migrate(db);
    }).toThrow('already exists');
    expect(versionOf(db)).toBe(0);
    expect(schemaOf(db)).toMatchObject([{ name: 'parked' }]);
    db.exec('DROP TABLE parked');
    migrate(db);
    expect(versionOf(db)).toBe(SCHEMA_VERSION);
  });
});

/** Stores that an earlier version wrote, with something in them. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PrivateKey } from '@signalapp/libsignal-client';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { repositories } from '../../../src-main/engine/repositories.ts';
import { openDatabase } from '../../../src-main/engine/store/database.ts';
import { migrate, SCHEMA_VERSION } from '../../../src-main/engine/store/migrate.ts';
import { FIRST_DEVICE, idToBytes, type DeviceAddress } from '../../../src-shared/ids.ts';
import { newAccountId, newMessageId } from '../../support/engine/stores.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A store as version 1 made it: its schema, and rows by its columns. */
function storeOfVersion1(path: string, key: Uint8Array) {
  const db = new Database(path);
  db.pragma(`cipher = 'sqlcipher'`);
  db.pragma('legacy = 4');
  db.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
  db.pragma('journal_mode = WAL');
  migrate(db, 1);
  const identity = PrivateKey.generate();
  const own: DeviceAddress = { accountId: newAccountId(), deviceId: FIRST_DEVICE };
  const peer: DeviceAddress = { accountId: newAccountId(), deviceId: FIRST_DEVICE };
  const [messageId, roomId] = [newMessageId(), randomBytes(16)];
  db.prepare(
    `INSERT INTO account (singleton, account_id, device_id, registration_id, identity_private_key,
       identity_public_key, username, display_name, relay_url, relay_name, state, mailbox_seq)
     VALUES (1, ?, 1, 4711, ?, ?, 'ada', 'Ada', 'http://127.0.0.1:5484', 'kith-test', 'registered', 99)`,
  ).run(idToBytes(own.accountId), identity.serialize(), identity.getPublicKey().serialize());
  db.prepare(
    `INSERT INTO conversations (id, room_id, peer_account_id, state, last_activity_ms) VALUES (7, ?, ?, 'active', 5)`,
  ).run(roomId, idToBytes(peer.accountId));
  db.prepare(
    `INSERT INTO messages (message_id, conversation, author_account_id, author_device_id, is_own, kind, body,
       sent_at_ms, display_order, accepted_order, received_at_ms, is_unread, signature_verdict, chain_verdict,
       clock_verdict, content, signature)
     VALUES (?, 7, ?, 1, 0, 'text', 'hello', 1, 2, 2, 3, 1, 'valid', 'first', 'plausible', x'0102', x'0304')`,
  ).run(idToBytes(messageId), idToBytes(peer.accountId));
  const chain = db.prepare('INSERT INTO chains VALUES (7, ?, 1, ?, ?)');
  chain.run(idToBytes(own.accountId), 4, Buffer.alloc(32, 4));
  chain.run(idToBytes(peer.accountId), 9, Buffer.alloc(32, 9));
  const park = db.prepare(
    `INSERT INTO parked (envelope_id, source_account_id, source_device_id, type, ciphertext, cause, accepted_order,
       received_at_ms, outcome, next_request_at_ms) VALUES (?, ?, 1, 2, x'aabb', 'no-session', 1, 1, ?, ?)`,
  );
  park.run(randomBytes(16), idToBytes(peer.accountId), 'waiting', 10);
  park.run(randomBytes(16), idToBytes(peer.accountId), 'recovered', null);
  db.close();
  return { own, peer, messageId, identity };
}

describe('a store of version 1', () => {
  it('is brought up to date and keeps everything', () => {
    const path = join(cleanup.folder(), 'kith.db');
    const key = new Uint8Array(randomBytes(32));
    const { own, peer, messageId, identity } = storeOfVersion1(path, key);
    const database = openDatabase(path, key);
    cleanup.add(() => {
      database.close();
    });
    expect(database.write.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    const store = repositories(database.write);
    const account = store.account.get();
    expect(account).toMatchObject({ username: 'ada', registrationId: 4711, reinstallations: 0, ...own });
    expect(account?.privateKey.serialize()).toEqual(identity.serialize());
    expect(store.account.mailboxSeq()).toBe(99);
    const conversation = store.conversations.byPeer(peer.accountId);
    if (conversation === null) throw new Error('the conversation is gone');
    expect(store.chains.head(conversation.row, own, 0)).toMatchObject({ index: 4 });
    expect(store.chains.head(conversation.row, peer, 0)?.hash).toEqual(Buffer.alloc(32, 9));
    expect(store.messages.signedBytes(messageId)).toEqual({
      content: Buffer.from([1, 2]),
      signature: Buffer.from([3, 4]),
    });
    // It has no place in the chain that could be looked for, and is not found at any.
    expect(store.messages.linksAround(conversation.row, peer, { epoch: 0, index: 1 })).toEqual([]);
    const parked = database.read
      .prepare<[], { outcome: string; bytes: number }>(
        'SELECT outcome, length(ciphertext) AS bytes FROM parked ORDER BY id',
      )
      .all();
    expect(parked).toEqual([
      { outcome: 'waiting', bytes: 2 },
      { outcome: 'recovered', bytes: 0 },
    ]);
  });
});

describe('the chains of an author who makes up one installation after the other', () => {
  it('are forgotten but for the latest', () => {
    const path = join(cleanup.folder(), 'kith.db');
    const key = new Uint8Array(randomBytes(32));
    const { peer } = storeOfVersion1(path, key);
    const database = openDatabase(path, key);
    cleanup.add(() => {
      database.close();
    });
    const { chains, conversations } = repositories(database.write);
    const row = conversations.byPeer(peer.accountId)?.row;
    if (row === undefined) throw new Error('the conversation is gone');
    for (let epoch = 1; epoch <= 100; epoch++)
      chains.save(row, peer, epoch, { index: 1, hash: new Uint8Array(32) });
    const remembered = Array.from({ length: 101 }, (_, epoch) => epoch).filter(
      (epoch) => chains.head(row, peer, epoch) !== null,
    );
    expect(remembered).toEqual(Array.from({ length: 16 }, (_, index) => 85 + index));
  });
});

/**
 * A device without a line: the engine's own parts on a store in memory. What it would send is handed to
 * whoever plays the relay; what it would receive is applied as it would be after decryption.
 */
import Database from 'better-sqlite3';
import type { PrivateKey } from '@signalapp/libsignal-client';
import { systemTimers } from '../../../src-shared/clock.ts';
import type { AccountId, DeviceId, MessageId, RoomId } from '../../../src-shared/ids.ts';
import { EngineContext } from '../../../src-main/engine/context.ts';
import { conversationWith } from '../../../src-main/engine/conversations/open.ts';
import type { SignedBytes } from '../../../src-main/engine/crypto/packet.ts';
import { parseContent } from '../../../src-main/engine/crypto/signed-content.ts';
import { systemIds } from '../../../src-main/engine/ids.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { acceptContent } from '../../../src-main/engine/messages/outbound.ts';
import { history, type History } from '../../../src-main/engine/messages/history.ts';
import { applyContent } from '../../../src-main/engine/receive/apply.ts';
import { repositories, type Repositories } from '../../../src-main/engine/repositories.ts';
import type { Audience } from '../../../src-main/engine/send/outbox-repository.ts';
import type { StoreDatabase } from '../../../src-main/engine/store/database.ts';
import { migrate } from '../../../src-main/engine/store/migrate.ts';

export interface ReplicaIdentity {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly privateKey: PrivateKey;
  readonly username: string;
  /** All devices of the account. */
  readonly ownDeviceIds: readonly DeviceId[];
  readonly peer: { readonly accountId: AccountId; readonly username: string };
}

/** A content on its way to the relay. */
export interface Outgoing {
  readonly audience: Audience;
  readonly signed: SignedBytes;
}

/** Emptied between histories; the account and the schema stay. */
const EMPTIED = [
  'outbox',
  'receipts_due',
  'messages',
  'operations',
  'reactions',
  'pins',
  'stars',
  'forgotten',
  'threads',
  'read_elsewhere',
  'drafts',
  'chains',
];

export class Replica {
  readonly identity: ReplicaIdentity;
  readonly store: Repositories;
  readonly history: History;
  nowMs = 0;
  readonly #database: StoreDatabase;
  #context: EngineContext;
  #roomId: RoomId | null = null;

  constructor(identity: ReplicaIdentity) {
    const sql = new Database(':memory:');
    migrate(sql);
    sql.pragma('foreign_keys = OFF');
    this.identity = identity;
    this.#database = {
      write: sql,
      read: sql,
      transaction: (work) => sql.transaction(work)(),
      truncateLog: () => undefined,
      close: () => {
        sql.close();
      },
    };
    this.store = repositories(sql);
    this.history = history(sql);
    const { accountId, deviceId, privateKey, username } = identity;
    this.store.account.insertPending({
      accountId,
      deviceId,
      registrationId: 1,
      privateKey,
      username,
      displayName: username,
      relayUrl: 'http://127.0.0.1:1',
      relayName: null,
    });
    this.store.account.markRegistered('relay', username);
    this.store.account.setOwnDeviceIds([...identity.ownDeviceIds]);
    this.store.contacts.remember(identity.peer.accountId, identity.peer.username);
    this.store.contacts.setProfileSentVersion(identity.peer.accountId, 1_000);
    this.#context = this.#newContext();
    this.reset();
  }

  get context(): EngineContext {
    return this.#context;
  }

  get roomId(): RoomId {
    if (this.#roomId === null) throw new Error('the replica was not reset');
    return this.#roomId;
  }

  reset(): void {
    for (const table of EMPTIED) this.#database.write.exec(`DELETE FROM ${table}`);
    this.#database.write.exec('DELETE FROM conversations');
    this.store.account.setHybridTime({ ms: 0, counter: 0 });
    this.#roomId = this.#context.transact(
      () => conversationWith(this.#context, this.identity.peer.accountId, { newState: 'active' }).roomId,
    );
  }

  /** What was only in memory is gone. */
  restart(): void {
    this.#context = this.#newContext();
  }

  /** Takes the oldest of what waits to be sent; the relay accepts it at `order`. */
  send(order: number): Outgoing | null {
    const conversation = this.#conversation();
    const [item] = this.store.outbox.queued(conversation.row, 1);
    if (item === undefined) return null;
    this.#context.transact((changes) => {
      this.#database.write.prepare('DELETE FROM outbox WHERE id = ?').run(item.row);
      if (item.messageId !== null) {
        acceptContent(this.#context, changes, conversation.row, item.messageId, order);
      }
    });
    return { audience: item.audience, signed: item.signed };
  }

  receive(signed: SignedBytes, acceptedOrder: number): void {
    const content = parseContent(signed);
    this.#context.transact((changes) => {
      const arrival = { acceptedOrder, receivedAtMs: this.nowMs };
      applyContent(this.#context, changes, { content, signature: 'valid' }, arrival);
    });
  }

  /** Ids of the messages it holds, in the order of their arrival. */
  messageIds(): readonly MessageId[] {
    return this.history
      .page({ conversation: this.#conversation().row, thread: null }, { at: 'newest' }, 1_000)
      .messages.map(({ messageId }) => messageId);
  }

  close(): void {
    this.#database.close();
  }

  #conversation() {
    const conversation = this.store.conversations.byRoom(this.roomId);
    if (conversation === null) throw new Error('the conversation is gone');
    return conversation;
  }

  #newContext(): EngineContext {
    return new EngineContext({
      clock: { now: () => this.nowMs, monotonic: () => this.nowMs },
      timers: systemTimers,
      ids: systemIds,
      log: silentLogger,
      database: this.#database,
      store: this.store,
      afterCommit: () => undefined,
    });
  }
}

/** Rooms as this device knows them: their state, their secrets, and who was what when. */
import type { RoomRole } from '../../../src-shared/contract/views.ts';
import { parseDeviceId, type AccountId, type DeviceAddress, type RoomId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import { decodeState, encodeState, type RoomState } from './state.ts';

export interface RoomSecret {
  /** First revision whose entry it opens. */
  readonly fromRevision: number;
  readonly secret: Blob;
  /** The relay has honoured it; until then it is what somebody said, or what was prepared here. */
  readonly isProven: boolean;
}

/** A content that came before the room, or its author, was known. */
export interface EarlyContent {
  readonly row: number;
  readonly author: DeviceAddress;
  readonly acceptedOrder: number;
  readonly receivedAtMs: number;
  readonly signed: SignedBytes;
}

/** Contents kept for one room that is not known yet: enough for a busy hour before a welcome comes. */
const MAX_EARLY = 1_000;

export type RoomRepository = ReturnType<typeof roomRepository>;

export function roomRepository(sql: Sql) {
  const get = sql.prepare<[number], { state: Blob }>('SELECT state FROM rooms WHERE conversation = ?');
  const put = sql.prepare<[number, Blob]>(
    `INSERT INTO rooms (conversation, state) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state`,
  );
  const all = sql.prepare<[], { conversation: ConversationRow }>(
    'SELECT conversation FROM rooms ORDER BY conversation',
  );
  const secrets = sql.prepare<[number], { fromRevision: number; secret: Blob; isProven: number }>(
    `SELECT from_revision AS fromRevision, secret, is_proven AS isProven FROM room_secrets
     WHERE conversation = ? ORDER BY from_revision DESC, is_proven DESC`,
  );
  const putSecret = sql.prepare<[number, number, Blob, number]>(
    `INSERT INTO room_secrets (conversation, from_revision, secret, is_proven) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET is_proven = max(is_proven, excluded.is_proven)`,
  );
  const dropSecret = sql.prepare<[number, number, Blob]>(
    'DELETE FROM room_secrets WHERE conversation = ? AND from_revision = ? AND secret = ? AND is_proven = 0',
  );
  const terms = sql.prepare<[number], { accountId: Blob; role: RoomRole }>(
    `SELECT account_id AS accountId, role FROM room_terms
     WHERE conversation = ? AND until_order IS NULL`,
  );
  const begin = sql.prepare<[number, Blob, RoomRole, number]>(
    `INSERT OR REPLACE INTO room_terms (conversation, account_id, role, from_order) VALUES (?, ?, ?, ?)`,
  );
  const end = sql.prepare<[number, number, Blob]>(
    `UPDATE room_terms SET until_order = ?
     WHERE conversation = ? AND account_id = ? AND until_order IS NULL`,
  );
  const roleAt = sql.prepare<[number, Blob, number, number], { role: RoomRole }>(
    `SELECT role FROM room_terms
     WHERE conversation = ? AND account_id = ? AND from_order <= ?
       AND (until_order IS NULL OR until_order > ?)
     ORDER BY from_order DESC LIMIT 1`,
  );
  const addEarly = sql.prepare<[Blob, Blob, number, number, number, Blob, Blob]>(
    `INSERT INTO early_contents (room_id, author_account_id, author_device_id, accepted_order,
       received_at_ms, content, signature) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const countEarly = sql.prepare<[Blob], { count: number }>(
    'SELECT count(*) AS count FROM early_contents WHERE room_id = ?',
  );
  const early = sql.prepare<
    [Blob],
    {
      row: number;
      authorId: Blob;
      deviceId: number;
      acceptedOrder: number;
      receivedAtMs: number;
      content: Blob;
      signature: Blob;
    }
  >(
    `SELECT id AS row, author_account_id AS authorId, author_device_id AS deviceId,
            accepted_order AS acceptedOrder, received_at_ms AS receivedAtMs, content, signature
     FROM early_contents WHERE room_id = ? ORDER BY id`,
  );
  const removeEarly = sql.prepare<[number]>('DELETE FROM early_contents WHERE id = ?');

  return {
    get(conversation: ConversationRow): RoomState | null {
      const row = get.get(conversation);
      return row === undefined ? null : decodeState(row.state);
    },
    put: (conversation: ConversationRow, state: RoomState) => void put.run(conversation, encodeState(state)),
    all: (): readonly ConversationRow[] => all.all().map((row) => row.conversation),

    /** Newest first. */
    secrets: (conversation: ConversationRow): readonly RoomSecret[] =>
      secrets.all(conversation).map((row) => ({
        fromRevision: row.fromRevision,
        secret: new Uint8Array(row.secret),
        isProven: row.isProven === 1,
      })),
    putSecret: (conversation: ConversationRow, { fromRevision, secret, isProven }: RoomSecret) =>
      void putSecret.run(conversation, fromRevision, secret, isProven ? 1 : 0),
    /** Leaves one alone that has proved itself. */
    dropSecret: (conversation: ConversationRow, { fromRevision, secret }: RoomSecret) =>
      void dropSecret.run(conversation, fromRevision, secret),

    /** Who is what from `order` on, where it is not what they were. */
    setTerms(conversation: ConversationRow, members: RoomState['members'], order: number): void {
      const known = new Map(
        terms.all(conversation).map((row) => [fromBlob<AccountId>(row.accountId), row.role]),
      );
      for (const [accountId, role] of known) {
        if (members.get(accountId)?.role !== role) end.run(order, conversation, blob(accountId));
      }
      for (const { accountId, role } of members.values()) {
        if (known.get(accountId) !== role) begin.run(conversation, blob(accountId), role, order);
      }
    },
    /** Null for who was no member then. */
    roleAt: (conversation: ConversationRow, accountId: AccountId, order: number): RoomRole | null =>
      roleAt.get(conversation, blob(accountId), order, order)?.role ?? null,

    /** False when too many wait already. */
    addEarly(roomId: RoomId, content: Omit<EarlyContent, 'row'>): boolean {
      if ((countEarly.get(blob(roomId))?.count ?? 0) >= MAX_EARLY) return false;
      const { author, acceptedOrder, receivedAtMs, signed } = content;
      addEarly.run(
        blob(roomId),
        blob(author.accountId),
        author.deviceId,
        acceptedOrder,
        receivedAtMs,
        new Uint8Array(signed.content),
        new Uint8Array(signed.signature),
      );
      return true;
    },
    early: (roomId: RoomId): readonly EarlyContent[] =>
      early.all(blob(roomId)).map((row) => ({
        row: row.row,
        author: { accountId: fromBlob<AccountId>(row.authorId), deviceId: parseDeviceId(row.deviceId) },
        acceptedOrder: row.acceptedOrder,
        receivedAtMs: row.receivedAtMs,
        signed: { content: row.content, signature: row.signature },
      })),
    removeEarly: (row: number) => void removeEarly.run(row),
  };
}

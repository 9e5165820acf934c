import type { ConversationState } from '../../../src-shared/contract/views.ts';
import type { AccountId, RoomId } from '../../../src-shared/ids.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

/** Row number of a conversation in this store; never leaves it. */
export type ConversationRow = number & { readonly __conversationRow: never };

export interface Conversation {
  readonly row: ConversationRow;
  readonly roomId: RoomId;
  readonly peerId: AccountId;
  readonly state: ConversationState;
  readonly isPinned: boolean;
  readonly isMuted: boolean;
  readonly lastActivityMs: number;
  /** How long new messages stay, in seconds; 0 for always. */
  readonly timerS: number;
}

interface Row {
  row: ConversationRow;
  roomId: Blob;
  peerId: Blob;
  state: ConversationState;
  isPinned: number;
  isMuted: number;
  lastActivityMs: number;
  timerS: number;
}

const COLUMNS = `id AS row, room_id AS roomId, peer_account_id AS peerId, state, is_pinned AS isPinned,
                 is_muted AS isMuted, last_activity_ms AS lastActivityMs, timer_s AS timerS`;

export type ConversationRepository = ReturnType<typeof conversationRepository>;

export function conversationRepository(sql: Sql) {
  const byRoom = sql.prepare<[Blob], Row>(`SELECT ${COLUMNS} FROM conversations WHERE room_id = ?`);
  const byRow = sql.prepare<[number], Row>(`SELECT ${COLUMNS} FROM conversations WHERE id = ?`);
  const byPeer = sql.prepare<[Blob], Row>(`SELECT ${COLUMNS} FROM conversations WHERE peer_account_id = ?`);
  const all = sql.prepare<[], Row>(`SELECT ${COLUMNS} FROM conversations ORDER BY last_activity_ms DESC`);
  const insert = sql.prepare<[Blob, Blob, ConversationState, number], Row>(
    `INSERT INTO conversations (room_id, peer_account_id, state, last_activity_ms) VALUES (?, ?, ?, ?)
     RETURNING ${COLUMNS}`,
  );
  const setState = sql.prepare<[ConversationState, number]>(
    'UPDATE conversations SET state = ? WHERE id = ?',
  );
  const setPinned = sql.prepare<[number, number]>('UPDATE conversations SET is_pinned = ? WHERE id = ?');
  const setMuted = sql.prepare<[number, number]>('UPDATE conversations SET is_muted = ? WHERE id = ?');
  const setTimer = sql.prepare<[number, Stamp, number, Stamp]>(
    'UPDATE conversations SET timer_s = ?, timer_stamp = ? WHERE id = ? AND timer_stamp < ?',
  );
  const resetTimer = sql.prepare<[number]>(
    `UPDATE conversations SET timer_s = 0, timer_stamp = '' WHERE id = ?`,
  );
  const touch = sql.prepare<[number, number]>(
    'UPDATE conversations SET last_activity_ms = max(last_activity_ms, ?) WHERE id = ?',
  );

  return {
    byRoom: (roomId: RoomId) => conversation(byRoom.get(blob(roomId))),
    byRow: (row: ConversationRow) => conversation(byRow.get(row)),
    byPeer: (peerId: AccountId) => conversation(byPeer.get(blob(peerId))),
    all: (): readonly Conversation[] => all.all().map(present),
    insert(roomId: RoomId, peerId: AccountId, state: ConversationState, nowMs: number): Conversation {
      const row = insert.get(blob(roomId), blob(peerId), state, nowMs);
      if (row === undefined) throw new Error('the new conversation did not come back');
      return present(row);
    },
    setState: (row: ConversationRow, state: ConversationState) => void setState.run(state, row),
    setPinned: (row: ConversationRow, state: 'pinned' | 'unpinned') =>
      void setPinned.run(Number(state === 'pinned'), row),
    setMuted: (row: ConversationRow, state: 'muted' | 'unmuted') =>
      void setMuted.run(Number(state === 'muted'), row),
    /** False when a later word is known. */
    setTimer: (row: ConversationRow, seconds: number, stamp: Stamp): boolean =>
      setTimer.run(seconds, stamp, row, stamp).changes > 0,
    resetTimer: (row: ConversationRow) => void resetTimer.run(row),
    touch: (row: ConversationRow, nowMs: number) => void touch.run(nowMs, row),
  };
}

function conversation(row: Row | undefined): Conversation | null {
  return row === undefined ? null : present(row);
}

function present(row: Row): Conversation {
  return {
    ...row,
    roomId: fromBlob<RoomId>(row.roomId),
    peerId: fromBlob<AccountId>(row.peerId),
    isPinned: row.isPinned === 1,
    isMuted: row.isMuted === 1,
  };
}

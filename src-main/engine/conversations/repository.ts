import type { ConversationState } from '../../../src-shared/contract/views.ts';
import type { AccountId, RoomId } from '../../../src-shared/ids.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

/** Row number of a conversation in this store; never leaves it. */
export type ConversationRow = number & { readonly __conversationRow: never };

export type Conversation = DirectConversation | RoomConversation;

/** With one other person. */
export interface DirectConversation extends ConversationBase {
  readonly kind: 'direct';
  readonly peerId: AccountId;
}

/** Of several people; its state is in `rooms/`. */
export interface RoomConversation extends ConversationBase {
  readonly kind: 'room';
}

interface ConversationBase {
  readonly row: ConversationRow;
  readonly roomId: RoomId;
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
  peerId: Blob | null;
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
  const insert = sql.prepare<[Blob, Blob | null, ConversationState, number], Row>(
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
  const setRoomTimer = sql.prepare<[number, number]>('UPDATE conversations SET timer_s = ? WHERE id = ?');
  const resetTimer = sql.prepare<[number]>(
    `UPDATE conversations SET timer_s = 0, timer_stamp = '' WHERE id = ?`,
  );
  const touch = sql.prepare<[number, number]>(
    'UPDATE conversations SET last_activity_ms = max(last_activity_ms, ?) WHERE id = ?',
  );

  return {
    byRoom: (roomId: RoomId) => conversation(byRoom.get(blob(roomId))),
    byRow: (row: ConversationRow) => conversation(byRow.get(row)),
    byPeer(peerId: AccountId): DirectConversation | null {
      const found = conversation(byPeer.get(blob(peerId)));
      return found?.kind === 'direct' ? found : null;
    },
    /** Newest activity first. */
    all: (): readonly Conversation[] => all.all().map(present),
    insert(roomId: RoomId, peerId: AccountId, state: ConversationState, nowMs: number): DirectConversation {
      return { ...inserted(insert.get(blob(roomId), blob(peerId), state, nowMs)), kind: 'direct', peerId };
    },
    insertRoom(roomId: RoomId, state: ConversationState, nowMs: number): RoomConversation {
      return { ...inserted(insert.get(blob(roomId), null, state, nowMs)), kind: 'room' };
    },
    setState: (row: ConversationRow, state: ConversationState) => void setState.run(state, row),
    setPinned: (row: ConversationRow, state: 'pinned' | 'unpinned') =>
      void setPinned.run(Number(state === 'pinned'), row),
    setMuted: (row: ConversationRow, state: 'muted' | 'unmuted') =>
      void setMuted.run(Number(state === 'muted'), row),
    /** False when a later word is known. */
    setTimer: (row: ConversationRow, seconds: number, stamp: Stamp): boolean =>
      setTimer.run(seconds, stamp, row, stamp).changes > 0,
    /** In a room the timer is part of its state. */
    setRoomTimer: (row: ConversationRow, seconds: number) => void setRoomTimer.run(seconds, row),
    resetTimer: (row: ConversationRow) => void resetTimer.run(row),
    touch: (row: ConversationRow, nowMs: number) => void touch.run(nowMs, row),
  };
}

function conversation(row: Row | undefined): Conversation | null {
  return row === undefined ? null : present(row);
}

function inserted(row: Row | undefined): ConversationBase {
  if (row === undefined) throw new Error('the new conversation did not come back');
  return base(row);
}

function present(row: Row): Conversation {
  return row.peerId === null
    ? { ...base(row), kind: 'room' }
    : { ...base(row), kind: 'direct', peerId: fromBlob<AccountId>(row.peerId) };
}

function base({ peerId: _peerId, ...row }: Row): ConversationBase {
  return {
    ...row,
    roomId: fromBlob<RoomId>(row.roomId),
    isPinned: row.isPinned === 1,
    isMuted: row.isMuted === 1,
  };
}

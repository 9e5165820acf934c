/**
 * Follows the log of a room: reads what is new at the relay, checks it, and does what it says here. Only
 * one reading of a room runs at a time; a second one that is asked for meanwhile follows it.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { PublicKey } from '@signalapp/libsignal-client';
import { KithError } from '../../../src-shared/errors.ts';
import { idFromBytes, parseDeviceId, type AccountId, type RoomId } from '../../../src-shared/ids.ts';
import { content as wire, type relay } from '../../../src-shared/protocol/frames.ts';
import { roomOperationTranscript } from '../../../src-shared/protocol/transcripts.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Blob } from '../store/database.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { afterRoomChange } from './effects.ts';
import type { RoomSecret } from './repository.ts';
import { applyRoomChange, type RoomChange } from './rules.ts';
import { accessKey, entryHash, openEntry } from './secrets.ts';
import { memberFromWire, type RoomState } from './state.ts';

/** An entry with its fields parsed. */
export interface ParsedOperation {
  readonly actorId: AccountId;
  readonly actorDeviceId: number;
  readonly atMs: number;
  readonly change: RoomChange;
}

/**
 * Reads the log to its end. Returns false when the relay no longer lets this device read it: somebody shut
 * us out, or a new secret is still on its way. Throws what the relay and the line throw.
 */
export async function followRoom(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: ConversationRow,
): Promise<boolean> {
  for (;;) {
    const state = context.store.rooms.get(conversation);
    if (state === null) return false;
    const page = await readPage(context, relayApi, conversation, state);
    if (page === null) return false;
    takeEntries(context, conversation, page.entries);
    if (!page.hasMore) return true;
  }
}

/** With the newest secret that the relay knows; those it does not know are forgotten. */
async function readPage(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: ConversationRow,
  state: RoomState,
): Promise<relay.RoomEntries | null> {
  const { rooms } = context.store;
  for (const known of rooms.secrets(conversation)) {
    try {
      const key = accessKey(known.secret, state.roomId);
      const page = await relayApi.readRoom(state.roomId, state.revision, key);
      if (!known.isProven) {
        context.transact(() => {
          rooms.putSecret(conversation, { ...known, isProven: true });
        });
      }
      return page;
    } catch (error) {
      const code = error instanceof KithError ? error.code : null;
      if (code !== 'room-unknown' && code !== 'not-a-member') throw error;
      // Handed to us by somebody, or prepared here for a change that another one overtook.
      context.transact(() => {
        rooms.dropSecret(conversation, known);
      });
    }
  }
  return null;
}

function takeEntries(
  context: EngineContext,
  conversation: ConversationRow,
  entries: readonly relay.RoomEntry[],
): void {
  for (const { revision, entry, acceptedOrder } of entries) {
    context.transact((changes) => {
      takeEntry(context, changes, conversation, {
        revision: Number(revision),
        entry: new Uint8Array(entry),
        order: Number(acceptedOrder),
      });
    });
  }
}

export interface NumberedEntry {
  readonly revision: number;
  readonly entry: Blob;
  readonly order: number;
}

/** Inside the caller's transaction. An entry that is not what it should be moves the revision on, no more. */
export function takeEntry(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  { revision, entry, order }: NumberedEntry,
): void {
  const { rooms } = context.store;
  const state = rooms.get(conversation);
  if (state === null || revision !== state.revision + 1) return;
  const base = { roomId: state.roomId, revision, entryHash: entryHash(entry) };
  const parsed = parseEntry(state, rooms.secrets(conversation), revision, entry);
  const verdict = parsed === null ? null : applyRoomChange(state, parsed.actorId, parsed.change, base);
  if (verdict?.ok !== true) {
    context.log.warn('rooms.entry-refused', { reason: verdict?.reason ?? 'unreadable' });
    rooms.put(conversation, { ...state, ...base });
    return;
  }
  const next = { ...verdict.state, ...base };
  rooms.put(conversation, next);
  rooms.setTerms(conversation, next.members, order);
  if (parsed !== null)
    afterRoomChange(context, changes, conversation, { before: state, after: next, order, ...parsed });
}

/** Null for an entry that its actor did not sign for this place in this log. */
function parseEntry(
  state: RoomState,
  secrets: readonly RoomSecret[],
  revision: number,
  entry: Blob,
): ParsedOperation | null {
  const secret = secrets.find(({ fromRevision, isProven }) => isProven && fromRevision <= revision)?.secret;
  const plaintext = secret === undefined ? null : openEntry(secret, state.roomId, revision, entry);
  if (plaintext === null) return null;
  try {
    const { operation: bytes, signature } = fromBinary(wire.RoomEntrySchema, plaintext);
    const operation = fromBinary(wire.RoomOperationSchema, bytes);
    const { change } = operation;
    if (change.case === undefined) return null;
    const actorId = idFromBytes<AccountId>(operation.actorAccountId);
    const key = signerKey(state, actorId, change);
    if (key === null || !isInPlace(state, revision, operation)) return null;
    const isSigned = PublicKey.deserialize(key).verify(
      roomOperationTranscript(bytes),
      new Uint8Array(signature),
    );
    if (!isSigned) return null;
    const actorDeviceId = parseDeviceId(operation.actorDeviceId);
    return { actorId, actorDeviceId, atMs: Number(operation.atMs), change };
  } catch {
    return null;
  }
}

function isInPlace(state: RoomState, revision: number, operation: wire.RoomOperation): boolean {
  return (
    idFromBytes<RoomId>(operation.roomId) === state.roomId &&
    Number(operation.revision) === revision &&
    Buffer.from(operation.previousEntryHash).equals(state.entryHash)
  );
}

/** Who comes in by a link brings the key they sign with; everybody else is known to all by theirs. */
function signerKey(state: RoomState, actorId: AccountId, change: RoomChange): Blob | null {
  if (change.case !== 'join') return state.members.get(actorId)?.identityKey ?? null;
  return change.value.member === undefined ? null : memberFromWire(change.value.member).identityKey;
}

/**
 * Changes a room: builds an entry on the newest revision and asks the relay to append it. When somebody
 * else was faster, their change is taken in first and ours is built again on top.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { KithError } from '../../../src-shared/errors.ts';
import { idToBytes } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { roomOperationTranscript } from '../../../src-shared/protocol/transcripts.ts';
import type { EngineContext } from '../context.ts';
import type { RoomConversation } from '../conversations/repository.ts';
import type { Blob } from '../store/database.ts';
import type { LinkChange, RelayApi } from '../sync/relay-api.ts';
import { followRoom, takeEntry } from './follow.ts';
import { encodeLinkBundle } from './link-bundle.ts';
import { applyRoomChange, needsNewSecret, type RoomChange, type RoomVerdict } from './rules.ts';
import { accessKey, entryHash, linkKey, newRoomSecret, sealEntry } from './secrets.ts';
import type { RoomState } from './state.ts';

/** Others may be faster a few times; more than this means that something else is wrong. */
const MAX_ROUNDS = 8;

type Refused = Extract<RoomVerdict, { ok: false }>['reason'];

const REFUSALS: Readonly<Record<Refused, readonly [KithError['code'], string]>> = {
  'not-a-member': ['not-a-member', 'This person is not in the room.'],
  'not-allowed': ['not-allowed', 'Your role in this room does not allow that.'],
  'room-full': ['room-full', 'The room is full.'],
  'last-owner': ['last-owner', 'A room needs an owner. Make somebody else an owner first.'],
  'no-effect': ['invalid-request', 'That is so already.'],
  malformed: ['invalid-request', 'That cannot be done in a room.'],
};

export function refusal(reason: Refused): KithError {
  const [code, message] = REFUSALS[reason];
  return new KithError(code, message);
}

/**
 * Makes the change, or throws `not-allowed`, `not-a-member`, `room-full`, `last-owner`, `invalid-request`,
 * `room-changed`, and what the line throws. `plan` is asked anew for every revision that is tried.
 */
export async function changeRoom(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: RoomConversation,
  plan: (state: RoomState) => RoomChange,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!(await followRoom(context, relayApi, conversation.row))) {
      throw new KithError('not-a-member', 'You are no longer in this room.');
    }
    const state = context.store.rooms.get(conversation.row);
    if (state === null) throw new KithError('not-found', 'There is no such room on this device.');
    const change = plan(state);
    if ((await append(context, relayApi, conversation, state, change)) === 'done') return;
  }
  throw new KithError('room-changed', 'The room keeps changing. Try again in a moment.');
}

async function append(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: RoomConversation,
  state: RoomState,
  change: RoomChange,
): Promise<'done' | 'overtaken'> {
  const { rooms } = context.store;
  const own = context.requireAccount();
  const revision = state.revision + 1;
  const secret = rooms.secrets(conversation.row).find(({ isProven }) => isProven)?.secret;
  if (secret === undefined) throw new KithError('not-a-member', 'You are no longer in this room.');
  const entry = sealEntry(secret, state.roomId, revision, signOperation(context, state, revision, change));
  const base = { roomId: state.roomId, revision, entryHash: entryHash(entry) };
  const verdict = applyRoomChange(state, own.accountId, change, base);
  if (!verdict.ok) throw refusal(verdict.reason);
  const nextSecret = needsNewSecret(change) ? newRoomSecret() : null;
  if (nextSecret !== null) {
    // Before the relay has it: were it lost with this process, nobody could read the room again.
    context.transact(() => {
      rooms.putSecret(conversation.row, { fromRevision: revision + 1, secret: nextSecret, isProven: false });
    });
  }
  try {
    const order = await relayApi.appendRoom({
      roomId: state.roomId,
      expectedRevision: state.revision,
      entry,
      accessKey: nextSecret === null ? null : accessKey(nextSecret, state.roomId).getPublicKey(),
      link: linkChange(state, { ...verdict.state, ...base }, nextSecret ?? secret),
      signWith: accessKey(secret, state.roomId),
      by: 'member',
    });
    context.transact((changes) => {
      if (nextSecret !== null) {
        rooms.putSecret(conversation.row, { fromRevision: revision + 1, secret: nextSecret, isProven: true });
      }
      takeEntry(context, changes, conversation.row, { revision, entry, order });
    });
    return 'done';
  } catch (error) {
    if (error instanceof KithError && error.code === 'room-changed') return 'overtaken';
    throw error;
  }
}

/** Serialized RoomEntry: the operation and our signature over its bytes. */
export function signOperation(
  context: EngineContext,
  state: Pick<RoomState, 'roomId' | 'entryHash'>,
  revision: number,
  change: RoomChange,
): Blob {
  const own = context.requireAccount();
  const operation = toBinary(
    wire.RoomOperationSchema,
    create(wire.RoomOperationSchema, {
      roomId: idToBytes(state.roomId),
      revision: BigInt(revision),
      actorAccountId: idToBytes(own.accountId),
      actorDeviceId: own.deviceId,
      atMs: BigInt(context.relayNowMs()),
      previousEntryHash: state.entryHash,
      change,
    }),
  );
  const signature = own.privateKey.sign(roomOperationTranscript(operation));
  return toBinary(wire.RoomEntrySchema, create(wire.RoomEntrySchema, { operation, signature }));
}

/** The bundle behind an open link always says how the room is now. */
function linkChange(before: RoomState, after: RoomState, secret: Blob): LinkChange | null {
  if (after.link === null) return before.link === null ? null : { key: null, bundle: new Uint8Array() };
  return {
    key: linkKey(after.link.secret, after.roomId).getPublicKey(),
    bundle: encodeLinkBundle(after, secret),
  };
}

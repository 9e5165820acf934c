/** What members tell each other about a room, apart from its log. Inside the transaction of its batch. */
import { PublicKey } from '@signalapp/libsignal-client';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { RoomConversation } from '../conversations/repository.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import { joinProof, ROOM_SECRET_BYTES } from './secrets.ts';
import { reaches, stateFromWire, type RoomState } from './state.ts';

/** The log has moved on; the secret may be a new one, which holds once the relay honours it. */
export function takeRoomUpdate(
  context: EngineContext,
  changes: Changes,
  conversation: RoomConversation,
  { revision, secret }: wire.RoomUpdate,
): void {
  const { rooms } = context.store;
  const isNews = Number(revision) > (rooms.get(conversation.row)?.revision ?? 0);
  if (isNews && secret.length === ROOM_SECRET_BYTES) {
    rooms.putSecret(conversation.row, {
      fromRevision: Number(revision) + 1,
      secret: new Uint8Array(secret),
      isProven: false,
    });
  }
  changes.roomsToFollow.add(conversation.row);
}

/** Somebody brought us in. A room that a stranger opens waits to be accepted, as their messages do. */
export function enterRoom(
  context: EngineContext,
  changes: Changes,
  content: ParsedContent,
  { state: encoded, secret }: wire.RoomWelcome,
): void {
  if (encoded === undefined || secret.length !== ROOM_SECRET_BYTES) return;
  const state = parseState(encoded);
  const own = context.requireAccount();
  if (state?.roomId !== content.roomId || !state.members.has(own.accountId)) return;
  if (!state.members.has(content.author.accountId)) return;
  const isKnown =
    content.author.accountId === own.accountId ||
    context.store.conversations.byPeer(content.author.accountId)?.state === 'active';
  settleIn(context, changes, state, new Uint8Array(secret), isKnown ? 'active' : 'request');
}

/** Stores a room this device has just come into, as it is now. */
export function settleIn(
  context: EngineContext,
  changes: Changes,
  state: RoomState,
  secret: Uint8Array<ArrayBuffer>,
  as: 'active' | 'request',
): RoomConversation {
  const { store } = context;
  const own = context.requireAccount();
  const conversation = store.conversations.insertRoom(state.roomId, as, context.clock.now());
  store.rooms.put(conversation.row, state);
  store.rooms.putSecret(conversation.row, { fromRevision: state.revision + 1, secret, isProven: true });
  // What was said before is not ours to read; whoever is a member now counts as one from the beginning.
  store.rooms.setTerms(conversation.row, state.members, orderFromMs(0));
  store.conversations.setRoomTimer(conversation.row, state.timerS);
  for (const { accountId, username, identityKey } of state.members.values()) {
    if (accountId === own.accountId) continue;
    store.contacts.remember(accountId, username);
    if (store.keys.identity(accountId) !== null) continue;
    store.keys.saveIdentity(accountId, PublicKey.deserialize(identityKey), 'unverified', context.clock.now());
  }
  changes.conversation(conversation.row);
  changes.roomsToFollow.add(conversation.row);
  return conversation;
}

function parseState(encoded: wire.RoomState): RoomState | null {
  try {
    const state = stateFromWire(encoded);
    for (const { identityKey } of state.members.values()) PublicKey.deserialize(identityKey);
    return state;
  } catch {
    return null;
  }
}

/** Somebody who holds the link asks to come in: admins are told, and decide. */
export function takeJoinRequest(
  context: EngineContext,
  changes: Changes,
  conversation: RoomConversation,
  { author }: ParsedContent,
  { proof }: wire.RoomJoinRequest,
): void {
  const state = context.store.rooms.get(conversation.row);
  const role = state?.members.get(context.requireAccount().accountId)?.role;
  if (state?.link?.admission !== 'approval' || role === undefined || !reaches(role, 'admin')) return;
  if (state.members.has(author.accountId)) return;
  if (!Buffer.from(joinProof(state.link.secret, author.accountId)).equals(proof)) return;
  const username = context.store.contacts.get(author.accountId)?.username ?? '';
  changes.event({
    type: 'room-join-request',
    roomId: conversation.roomId,
    from: { accountId: author.accountId, username },
  });
}

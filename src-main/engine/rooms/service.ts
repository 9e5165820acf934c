/** What a person does with rooms. Everything throws what `changeRoom` throws. */
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { PublicKey } from '@signalapp/libsignal-client';
import type { RoomRole } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { idToBytes, type AccountId, type RoomId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { startConversation } from '../contacts/service.ts';
import type { EngineContext } from '../context.ts';
import { conversationWith } from '../conversations/open.ts';
import type { RoomConversation } from '../conversations/repository.ts';
import { checkMaySend, requireConversation } from '../messages/checks.ts';
import { queueContent } from '../send/compose.ts';
import type { RelayConnection } from '../sync/connection.ts';
import { changeRoom, refusal, signOperation } from './commit.ts';
import { afterRoomChange } from './effects.ts';
import { decodeLinkBundle, encodeLinkBundle, invalidLink, parseInvitation } from './link-bundle.ts';
import { settleIn } from './receive.ts';
import { applyRoomChange, type RoomChange } from './rules.ts';
import { accessKey, entryHash, joinProof, linkKey, newRoomSecret, sealEntry } from './secrets.ts';
import {
  memberToWire,
  policiesToWire,
  roleToWire,
  type RoomMember,
  type RoomPolicies,
  type RoomState,
} from './state.ts';

/** A person asks; a connection that is just being made is worth waiting for. */
const PATIENCE_MS = 10_000;

export interface RoomParts {
  readonly context: EngineContext;
  readonly connection: RelayConnection;
}

/** Throws `username-unknown` and the like for people who cannot be found; then there is no room. */
export async function createRoom(
  { context, connection }: RoomParts,
  room: { readonly name: string; readonly topic: string; readonly usernames: readonly string[] },
): Promise<RoomId> {
  await connection.whenOnline(PATIENCE_MS);
  const own = ownMember(context);
  const members = [own, ...(await people({ context, connection }, room.usernames))];
  const roomId = randomUUID() as RoomId;
  const value = create(wire.RoomCreateSchema, {
    name: room.name,
    topic: room.topic,
    members: members.map(memberToWire),
  });
  const change: RoomChange = { case: 'create', value };
  const nothing = { roomId, entryHash: new Uint8Array() };
  const secret = newRoomSecret();
  const entry = sealEntry(secret, roomId, 1, signOperation(context, nothing, 1, change));
  const base = { roomId, revision: 1, entryHash: entryHash(entry) };
  const verdict = applyRoomChange(null, own.accountId, change, base);
  if (!verdict.ok) throw refusal(verdict.reason);
  const order = await connection.api.createRoom({
    roomId,
    entry,
    accessKey: accessKey(secret, roomId).getPublicKey(),
  });
  context.transact((changes) => {
    const conversation = settleIn(context, changes, verdict.state, secret, 'active');
    context.store.rooms.putSecret(conversation.row, { fromRevision: 1, secret, isProven: true });
    const before = { ...verdict.state, members: new Map([[own.accountId, own]]) };
    afterRoomChange(context, changes, conversation.row, {
      before,
      after: verdict.state,
      order,
      actorId: own.accountId,
      actorDeviceId: context.requireAccount().deviceId,
      atMs: context.relayNowMs(),
      change,
    });
  });
  return roomId;
}

export function setDetails(
  parts: RoomParts,
  roomId: RoomId,
  details: {
    readonly name?: string | undefined;
    readonly topic?: string | undefined;
    readonly picture?: Uint8Array | undefined;
  },
): Promise<void> {
  const value = create(wire.RoomDetailsSchema, {
    ...(details.name === undefined ? {} : { name: details.name }),
    ...(details.topic === undefined ? {} : { topic: details.topic }),
    ...(details.picture === undefined ? {} : { picture: new Uint8Array(details.picture) }),
  });
  return change(parts, roomId, () => ({ case: 'details', value }));
}

export function setPolicies(
  parts: RoomParts,
  roomId: RoomId,
  policies: { readonly [Key in keyof RoomPolicies]?: RoomRole | undefined },
): Promise<void> {
  return change(parts, roomId, (state) => ({
    case: 'policies',
    value: policiesToWire({
      post: policies.post ?? state.policies.post,
      invite: policies.invite ?? state.policies.invite,
      pin: policies.pin ?? state.policies.pin,
    }),
  }));
}

export function setRoomTimer(parts: RoomParts, roomId: RoomId, seconds: number): Promise<void> {
  return change(parts, roomId, () => ({ case: 'timer', value: create(wire.RoomTimerSchema, { seconds }) }));
}

/** Also how an admin answers who asked to come in. */
export async function invite(parts: RoomParts, roomId: RoomId, usernames: readonly string[]): Promise<void> {
  const members = await people(parts, usernames);
  const value = create(wire.RoomAddSchema, { members: members.map(memberToWire) });
  await change(parts, roomId, () => ({ case: 'add', value }));
}

export function removeMember(parts: RoomParts, roomId: RoomId, username: string): Promise<void> {
  return change(parts, roomId, (state) => ({
    case: 'remove',
    value: create(wire.RoomRemoveSchema, { accountId: idToBytes(memberNamed(state, username)) }),
  }));
}

export function setRole(parts: RoomParts, roomId: RoomId, username: string, role: RoomRole): Promise<void> {
  return change(parts, roomId, (state) => ({
    case: 'role',
    value: create(wire.RoomRoleSchema, {
      accountId: idToBytes(memberNamed(state, username)),
      role: roleToWire(role),
    }),
  }));
}

export function leaveRoom(parts: RoomParts, roomId: RoomId): Promise<void> {
  return change(parts, roomId, () => ({ case: 'leave', value: create(wire.RoomLeaveSchema) }));
}

/** A new link; one that was open stops working. */
export function openLink(parts: RoomParts, roomId: RoomId, admission: 'open' | 'approval'): Promise<void> {
  return change(parts, roomId, () => ({
    case: 'link',
    value: create(wire.RoomLinkChangeSchema, {
      secret: newRoomSecret(),
      needsApproval: admission === 'approval',
    }),
  }));
}

export function closeLink(parts: RoomParts, roomId: RoomId): Promise<void> {
  return change(parts, roomId, () => ({ case: 'link', value: create(wire.RoomLinkChangeSchema) }));
}

export type Joined =
  | { readonly outcome: 'joined'; readonly roomId: RoomId }
  /** Its admins were asked. */
  | { readonly outcome: 'asked'; readonly roomId: RoomId; readonly name: string };

/** Throws `link-invalid`. */
export async function joinByLink({ context, connection }: RoomParts, link: string): Promise<Joined> {
  const { roomId, secret: linkSecret } = parseInvitation(link);
  const known = context.store.conversations.byRoom(roomId);
  if (known !== null && known.state !== 'left') return { outcome: 'joined', roomId };
  await connection.whenOnline(PATIENCE_MS);
  const key = linkKey(linkSecret, roomId);
  for (let round = 0; round < MAX_JOIN_ROUNDS; round++) {
    const bundle = await connection.api.readRoomLink(roomId, key).catch((error: unknown) => {
      throw error instanceof KithError && error.code === 'room-unknown' ? invalidLink() : error;
    });
    const content = decodeLinkBundle(linkSecret, roomId, bundle);
    if (content.admission === 'approval') {
      ask(context, roomId, linkSecret, content.admins);
      return { outcome: 'asked', roomId, name: content.name };
    }
    if (await comeIn({ context, connection }, content.state, content.secret))
      return { outcome: 'joined', roomId };
  }
  throw new KithError('room-changed', 'The room keeps changing. Try again in a moment.');
}

const MAX_JOIN_ROUNDS = 8;

async function comeIn(
  { context, connection }: RoomParts,
  state: RoomState,
  secret: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (state.link === null) throw invalidLink();
  const own = ownMember(context);
  const change: RoomChange = {
    case: 'join',
    value: create(wire.RoomJoinSchema, { member: memberToWire({ ...own, role: 'member' }) }),
  };
  const revision = state.revision + 1;
  const entry = sealEntry(secret, state.roomId, revision, signOperation(context, state, revision, change));
  const base = { roomId: state.roomId, revision, entryHash: entryHash(entry) };
  const verdict = applyRoomChange(state, own.accountId, change, base);
  if (!verdict.ok) throw refusal(verdict.reason);
  const next = { ...verdict.state, ...base };
  try {
    const order = await connection.api.appendRoom({
      roomId: state.roomId,
      expectedRevision: state.revision,
      entry,
      accessKey: null,
      link: {
        key: linkKey(state.link.secret, state.roomId).getPublicKey(),
        bundle: encodeLinkBundle(next, secret),
      },
      signWith: linkKey(state.link.secret, state.roomId),
      by: 'link',
    });
    context.transact((changes) => {
      const conversation = settleIn(context, changes, next, secret, 'active');
      afterRoomChange(context, changes, conversation.row, {
        before: state,
        after: next,
        order,
        actorId: own.accountId,
        actorDeviceId: context.requireAccount().deviceId,
        atMs: context.relayNowMs(),
        change,
      });
    });
    return true;
  } catch (error) {
    if (error instanceof KithError && error.code === 'room-changed') return false;
    throw error;
  }
}

/** Directly to those who decide: the room itself does not know us. */
function ask(
  context: EngineContext,
  roomId: RoomId,
  linkSecret: Uint8Array,
  admins: readonly RoomMember[],
): void {
  const ownId = context.requireAccount().accountId;
  const value = create(wire.RoomJoinRequestSchema, {
    roomId: idToBytes(roomId),
    proof: joinProof(linkSecret, ownId),
  });
  context.transact((changes) => {
    for (const { accountId, username, identityKey } of admins) {
      context.store.contacts.remember(accountId, username);
      if (context.store.keys.identity(accountId) === null) {
        const key = PublicKey.deserialize(identityKey);
        context.store.keys.saveIdentity(accountId, key, 'unverified', context.clock.now());
      }
      const conversation = conversationWith(context, accountId, { newState: 'active' });
      queueContent(context, changes, {
        conversation,
        audience: 'peer',
        body: { case: 'roomJoinRequest', value },
      });
    }
  });
}

async function change(
  { context, connection }: RoomParts,
  roomId: RoomId,
  plan: (state: RoomState) => RoomChange,
): Promise<void> {
  const conversation = requireRoom(context, roomId);
  checkMaySend(context, conversation);
  await connection.whenOnline(PATIENCE_MS);
  await changeRoom(context, connection.api, conversation, plan);
}

/** Throws `not-found`. */
export function requireRoom(context: EngineContext, roomId: RoomId): RoomConversation {
  const conversation = requireConversation(context, roomId);
  if (conversation.kind === 'room') return conversation;
  throw new KithError('not-found', 'There is no such room on this device.');
}

/** Looked up at the relay where they are not known yet. */
async function people(parts: RoomParts, usernames: readonly string[]): Promise<readonly RoomMember[]> {
  const members: RoomMember[] = [];
  for (const username of usernames) {
    const { peerId } = await startConversation(parts.context, parts.connection, username);
    const key = parts.context.store.keys.identity(peerId)?.key;
    const contact = parts.context.store.contacts.get(peerId);
    if (key === undefined || contact === null) {
      throw new KithError('username-unknown', `Nobody has the username "${username}" at this relay.`);
    }
    members.push({
      accountId: peerId,
      username: contact.username,
      identityKey: new Uint8Array(key.serialize()),
      role: 'member',
    });
  }
  return members;
}

function memberNamed(state: RoomState, username: string): AccountId {
  const name = username.trim().replace(/^@/, '').toLowerCase();
  for (const member of state.members.values()) if (member.username === name) return member.accountId;
  throw new KithError('not-a-member', `"${username}" is not in this room.`);
}

function ownMember(context: EngineContext): RoomMember {
  const own = context.requireAccount();
  return {
    accountId: own.accountId,
    username: own.username,
    identityKey: new Uint8Array(own.publicKey.serialize()),
    role: 'owner',
  };
}

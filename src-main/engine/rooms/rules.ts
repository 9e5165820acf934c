/**
 * What an operation does to a room, and who may do it: pure, so that every member's device comes to the
 * same state from the same log. A refused operation leaves everything but the revision as it was.
 */
import { assertNever } from '../../../src-shared/errors.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import {
  MAX_ROOM_MEMBERS,
  MAX_ROOM_NAME_CHARACTERS,
  MAX_ROOM_PICTURE_BYTES,
  MAX_ROOM_TOPIC_CHARACTERS,
  MAX_TIMER_S,
} from '../../../src-shared/protocol/limits.ts';
import { firstCharacters } from '../../../src-shared/text.ts';
import {
  memberFromWire,
  OPEN_POLICIES,
  policiesFromWire,
  reaches,
  roleFromWire,
  type RoomMember,
  type RoomState,
} from './state.ts';

export type RoomChange = Exclude<wire.RoomOperation['change'], { case: undefined }>;

export type RoomVerdict =
  | { readonly ok: true; readonly state: RoomState }
  | {
      readonly ok: false;
      readonly reason:
        'not-a-member' | 'not-allowed' | 'room-full' | 'last-owner' | 'no-effect' | 'malformed';
    };

const LINK_SECRET_BYTES = 32;
const IDENTITY_KEY_BYTES = 33;

/** `state` is null before the room is created. The result has the revision and hash of `state`. */
export function applyRoomChange(
  state: RoomState | null,
  actorId: AccountId,
  change: RoomChange,
  base: Pick<RoomState, 'roomId' | 'revision' | 'entryHash'>,
): RoomVerdict {
  try {
    if (state === null)
      return change.case === 'create' ? createRoom(actorId, change.value, base) : refuse('malformed');
    if (change.case === 'join') return join(state, actorId, change.value);
    const actor = state.members.get(actorId);
    return actor === undefined ? refuse('not-a-member') : applyByMember(state, actor, change);
  } catch {
    // Ids of the wrong length and the like.
    return refuse('malformed');
  }
}

type Reason = Extract<RoomVerdict, { ok: false }>['reason'];

function refuse(reason: Reason): RoomVerdict {
  return { ok: false, reason };
}

function accept(state: RoomState): RoomVerdict {
  return { ok: true, state };
}

function createRoom(
  actorId: AccountId,
  { name, topic, members }: wire.RoomCreate,
  base: Pick<RoomState, 'roomId' | 'revision' | 'entryHash'>,
): RoomVerdict {
  const parsed = members.map(memberFromWire);
  const [creator, ...others] = parsed;
  if (creator?.accountId !== actorId || !parsed.every(isMember)) return refuse('malformed');
  if (parsed.length > MAX_ROOM_MEMBERS) return refuse('room-full');
  return accept({
    ...base,
    name: fitName(name),
    topic: fitTopic(topic),
    picture: new Uint8Array(),
    policies: OPEN_POLICIES,
    timerS: 0,
    members: new Map<AccountId, RoomMember>([
      [creator.accountId, { ...creator, role: 'owner' }],
      ...others.map((member) => [member.accountId, { ...member, role: 'member' as const }] as const),
    ]),
    link: null,
    needsRekey: false,
  });
}

function applyByMember(
  state: RoomState,
  actor: RoomMember,
  change: Exclude<RoomChange, { case: 'join' }>,
): RoomVerdict {
  const isAdmin = reaches(actor.role, 'admin');
  switch (change.case) {
    case 'create':
      return refuse('malformed');
    case 'details':
      return isAdmin ? setDetails(state, change.value) : refuse('not-allowed');
    case 'policies':
      return isAdmin ? accept({ ...state, policies: policiesFromWire(change.value) }) : refuse('not-allowed');
    case 'timer':
      return isAdmin
        ? accept({ ...state, timerS: Math.min(change.value.seconds, MAX_TIMER_S) })
        : refuse('not-allowed');
    case 'add':
      return reaches(actor.role, state.policies.invite)
        ? addMembers(state, change.value.members.map(memberFromWire))
        : refuse('not-allowed');
    case 'remove':
      return remove(state, actor, accountIdOf(change.value.accountId));
    case 'leave':
      return leave(state, actor);
    case 'role':
      return setRole(state, actor, accountIdOf(change.value.accountId), roleFromWire(change.value.role));
    case 'link':
      return isAdmin ? setLink(state, change.value) : refuse('not-allowed');
    case 'rekey':
      return state.needsRekey ? accept({ ...state, needsRekey: false }) : refuse('no-effect');
    default:
      return assertNever(change);
  }
}

function setDetails(state: RoomState, { name, topic, picture }: wire.RoomDetails): RoomVerdict {
  if (picture !== undefined && picture.length > MAX_ROOM_PICTURE_BYTES) return refuse('malformed');
  return accept({
    ...state,
    name: name === undefined ? state.name : fitName(name),
    topic: topic === undefined ? state.topic : fitTopic(topic),
    picture: picture === undefined ? state.picture : new Uint8Array(picture),
  });
}

function addMembers(state: RoomState, members: readonly RoomMember[]): RoomVerdict {
  const coming = members.filter(({ accountId }) => !state.members.has(accountId));
  if (!coming.every(isMember)) return refuse('malformed');
  if (coming.length === 0) return refuse('no-effect');
  if (state.members.size + coming.length > MAX_ROOM_MEMBERS) return refuse('room-full');
  return accept(withMembers(state, coming));
}

/** By an open link that needs nobody's approval. */
function join(state: RoomState, actorId: AccountId, { member }: wire.RoomJoin): RoomVerdict {
  if (state.link?.admission !== 'open') return refuse('not-allowed');
  if (member === undefined) return refuse('malformed');
  const parsed = memberFromWire(member);
  if (parsed.accountId !== actorId) return refuse('malformed');
  return addMembers(state, [parsed]);
}

/** Those above oneself, and one's equals, stay; owners may remove anybody but themselves. */
function remove(state: RoomState, actor: RoomMember, accountId: AccountId): RoomVerdict {
  const target = state.members.get(accountId);
  if (target === undefined) return refuse('no-effect');
  if (target.accountId === actor.accountId) return refuse('malformed');
  const mayRemove = actor.role === 'owner' || (actor.role === 'admin' && target.role === 'member');
  // Who is shut out knows the link: it would let them in again.
  return mayRemove
    ? accept({ ...withoutMember(state, accountId), link: null, needsRekey: false })
    : refuse('not-allowed');
}

/** The last owner hands the room on, unless nobody else is left. */
function leave(state: RoomState, actor: RoomMember): RoomVerdict {
  const isLastOwner = actor.role === 'owner' && countOwners(state) === 1;
  if (isLastOwner && state.members.size > 1) return refuse('last-owner');
  return accept({ ...withoutMember(state, actor.accountId), needsRekey: true });
}

function setRole(
  state: RoomState,
  actor: RoomMember,
  accountId: AccountId,
  role: RoomMember['role'],
): RoomVerdict {
  const target = state.members.get(accountId);
  if (target === undefined) return refuse('not-a-member');
  if (target.role === role) return refuse('no-effect');
  // Admins make admins of members; everything else is the owners'.
  const mayPromote = actor.role === 'admin' && target.role === 'member' && role === 'admin';
  if (actor.role !== 'owner' && !mayPromote) return refuse('not-allowed');
  if (target.role === 'owner' && countOwners(state) === 1) return refuse('last-owner');
  return accept(withMembers(state, [{ ...target, role }]));
}

function setLink(state: RoomState, { secret, needsApproval }: wire.RoomLinkChange): RoomVerdict {
  if (secret.length === 0) return accept({ ...state, link: null, needsRekey: false });
  if (secret.length !== LINK_SECRET_BYTES) return refuse('malformed');
  return accept({
    ...state,
    link: { secret: new Uint8Array(secret), admission: needsApproval ? 'approval' : 'open' },
    needsRekey: false,
  });
}

function withMembers(state: RoomState, members: readonly RoomMember[]): RoomState {
  return {
    ...state,
    members: new Map([...state.members, ...members.map((member) => [member.accountId, member] as const)]),
  };
}

function withoutMember(state: RoomState, accountId: AccountId): RoomState {
  return {
    ...state,
    members: new Map([...state.members].filter(([id]) => id !== accountId)),
  };
}

function countOwners({ members }: RoomState): number {
  return [...members.values()].filter(({ role }) => role === 'owner').length;
}

function isMember({ identityKey }: RoomMember): boolean {
  return identityKey.length === IDENTITY_KEY_BYTES;
}

function accountIdOf(bytes: Uint8Array): AccountId {
  return memberFromWire({ accountId: bytes } as wire.RoomMember).accountId;
}

function fitName(name: string): string {
  return firstCharacters(name.trim().replace(/\s+/gu, ' '), MAX_ROOM_NAME_CHARACTERS);
}

function fitTopic(topic: string): string {
  return firstCharacters(topic.trim(), MAX_ROOM_TOPIC_CHARACTERS);
}

/** After such a change what follows must be closed to somebody who could read it so far. */
export function needsNewSecret(change: RoomChange): boolean {
  return change.case === 'remove' || change.case === 'rekey' || change.case === 'link';
}

/** True where it falls to this account to give the room a new secret: to one of those above, the same for all. */
export function needsRekey({ members, needsRekey: isDue }: RoomState, ownId: AccountId): boolean {
  if (!isDue) return false;
  for (const role of ['owner', 'admin', 'member'] as const) {
    for (const member of members.values()) if (member.role === role) return member.accountId === ownId;
  }
  return false;
}

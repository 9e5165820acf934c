/** What a room is, at one revision of its log. The same on every member's device. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { idFromBytes, idToBytes, type AccountId, type RoomId } from '../../../src-shared/ids.ts';
import type { RoomRole } from '../../../src-shared/contract/views.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Blob } from '../store/database.ts';

export interface RoomMember {
  readonly accountId: AccountId;
  readonly username: string;
  /** 33-byte serialized public key, as whoever brought the member in knew it. */
  readonly identityKey: Blob;
  readonly role: RoomRole;
}

/** The lowest role that may. */
export interface RoomPolicies {
  readonly post: RoomRole;
  readonly invite: RoomRole;
  readonly pin: RoomRole;
}

export interface RoomLink {
  /** 32 bytes; whoever has them can come in, or ask to. */
  readonly secret: Blob;
  readonly admission: 'open' | 'approval';
}

export interface RoomState {
  readonly roomId: RoomId;
  readonly revision: number;
  /** Of the entry at `revision`, as the relay stores it. */
  readonly entryHash: Blob;
  readonly name: string;
  readonly topic: string;
  /** Empty for none. */
  readonly picture: Blob;
  readonly policies: RoomPolicies;
  readonly timerS: number;
  /** In the order in which they came. */
  readonly members: ReadonlyMap<AccountId, RoomMember>;
  readonly link: RoomLink | null;
  /** Somebody left by themselves and still knows the secret. */
  readonly needsRekey: boolean;
}

export const OPEN_POLICIES: RoomPolicies = { post: 'member', invite: 'member', pin: 'member' };

const ROLES: readonly RoomRole[] = ['member', 'admin', 'owner'];

/** True where `role` is `lowest` or above. */
export function reaches(role: RoomRole, lowest: RoomRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(lowest);
}

const ROLE_TO_WIRE: Readonly<Record<RoomRole, wire.Role>> = {
  member: wire.Role.MEMBER,
  admin: wire.Role.ADMIN,
  owner: wire.Role.OWNER,
};

export function roleToWire(role: RoomRole): wire.Role {
  return ROLE_TO_WIRE[role];
}

/** What this version does not know counts as the least. */
export function roleFromWire(role: wire.Role): RoomRole {
  return ROLES.find((known) => ROLE_TO_WIRE[known] === role) ?? 'member';
}

export function memberToWire(member: RoomMember): wire.RoomMember {
  const { accountId, username, identityKey, role } = member;
  return create(wire.RoomMemberSchema, {
    accountId: idToBytes(accountId),
    username,
    identityKey,
    role: roleToWire(role),
  });
}

/** Throws `RangeError` for an account id of the wrong length. */
export function memberFromWire(member: wire.RoomMember): RoomMember {
  return {
    accountId: idFromBytes<AccountId>(member.accountId),
    username: member.username,
    identityKey: new Uint8Array(member.identityKey),
    role: roleFromWire(member.role),
  };
}

export function policiesToWire({ post, invite, pin }: RoomPolicies): wire.RoomPolicies {
  return create(wire.RoomPoliciesSchema, {
    post: roleToWire(post),
    invite: roleToWire(invite),
    pin: roleToWire(pin),
  });
}

export function policiesFromWire(policies: wire.RoomPolicies | undefined): RoomPolicies {
  if (policies === undefined) return OPEN_POLICIES;
  return {
    post: roleFromWire(policies.post),
    invite: roleFromWire(policies.invite),
    pin: roleFromWire(policies.pin),
  };
}

export function stateToWire(state: RoomState): wire.RoomState {
  return create(wire.RoomStateSchema, {
    roomId: idToBytes(state.roomId),
    revision: BigInt(state.revision),
    entryHash: state.entryHash,
    name: state.name,
    topic: state.topic,
    picture: state.picture,
    policies: policiesToWire(state.policies),
    timerSeconds: state.timerS,
    members: [...state.members.values()].map(memberToWire),
    linkSecret: state.link?.secret ?? new Uint8Array(),
    linkNeedsApproval: state.link?.admission === 'approval',
    needsRekey: state.needsRekey,
  });
}

/** Throws `RangeError` for ids of the wrong length. */
export function stateFromWire(state: wire.RoomState): RoomState {
  const members = state.members.map(memberFromWire);
  return {
    roomId: idFromBytes<RoomId>(state.roomId),
    revision: Number(state.revision),
    entryHash: new Uint8Array(state.entryHash),
    name: state.name,
    topic: state.topic,
    picture: new Uint8Array(state.picture),
    policies: policiesFromWire(state.policies),
    timerS: state.timerSeconds,
    members: new Map(members.map((member) => [member.accountId, member])),
    link:
      state.linkSecret.length === 0
        ? null
        : {
            secret: new Uint8Array(state.linkSecret),
            admission: state.linkNeedsApproval ? 'approval' : 'open',
          },
    needsRekey: state.needsRekey,
  };
}

export function encodeState(state: RoomState): Blob {
  return toBinary(wire.RoomStateSchema, stateToWire(state));
}

export function decodeState(bytes: Uint8Array): RoomState {
  return stateFromWire(fromBinary(wire.RoomStateSchema, bytes));
}

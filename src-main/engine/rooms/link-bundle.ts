/** What lies behind an invite link, encrypted for whoever holds it; and the link itself. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { KithError } from '../../../src-shared/errors.ts';
import { idToBytes, isUuid, type RoomId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Blob } from '../store/database.ts';
import { openLinkBundle, ROOM_SECRET_BYTES, sealLinkBundle } from './secrets.ts';
import {
  memberFromWire,
  memberToWire,
  reaches,
  stateFromWire,
  stateToWire,
  type RoomMember,
  type RoomState,
} from './state.ts';

export type LinkContent =
  | { readonly admission: 'open'; readonly state: RoomState; readonly secret: Blob }
  | { readonly admission: 'approval'; readonly name: string; readonly admins: readonly RoomMember[] };

/** Needs a room with an open link. Where somebody has to approve, the room's secret stays inside. */
export function encodeLinkBundle(state: RoomState, secret: Blob): Blob {
  if (state.link === null) throw new Error('the room has no link');
  const admins = [...state.members.values()].filter(({ role }) => reaches(role, 'admin'));
  const bundle = create(wire.LinkBundleSchema, {
    content:
      state.link.admission === 'open'
        ? { case: 'welcome', value: create(wire.RoomWelcomeSchema, { state: stateToWire(state), secret }) }
        : {
            case: 'doorplate',
            value: create(wire.RoomDoorplateSchema, {
              roomId: idToBytes(state.roomId),
              name: state.name,
              memberCount: state.members.size,
              admins: admins.map(memberToWire),
            }),
          },
  });
  return sealLinkBundle(state.link.secret, state.roomId, toBinary(wire.LinkBundleSchema, bundle));
}

/** Throws `link-invalid` for what this link does not open. */
export function decodeLinkBundle(linkSecret: Uint8Array, roomId: RoomId, bundle: Uint8Array): LinkContent {
  const plaintext = openLinkBundle(linkSecret, roomId, bundle);
  if (plaintext === null) throw invalidLink();
  try {
    const { content } = fromBinary(wire.LinkBundleSchema, plaintext);
    switch (content.case) {
      case 'welcome': {
        const { state, secret } = content.value;
        if (state === undefined || secret.length !== ROOM_SECRET_BYTES) throw invalidLink();
        return { admission: 'open', state: stateFromWire(state), secret: new Uint8Array(secret) };
      }
      case 'doorplate': {
        const { name, admins } = content.value;
        return { admission: 'approval', name, admins: admins.map(memberFromWire) };
      }
      case undefined:
        throw invalidLink();
    }
  } catch {
    throw invalidLink();
  }
}

export interface RoomInvitation {
  readonly roomId: RoomId;
  readonly secret: Blob;
}

/** `kith://join?room=<id>#<secret>`: what stands behind the hash is never sent to a server by a browser. */
export function formatInvitation({ roomId, secret }: RoomInvitation): string {
  return `kith://join?room=${roomId}#${Buffer.from(secret).toString('base64url')}`;
}

/** Throws `link-invalid`. */
export function parseInvitation(link: string): RoomInvitation {
  const url = URL.parse(link.trim());
  const roomId = url?.searchParams.get('room') ?? '';
  const secret = new Uint8Array(Buffer.from(url?.hash.slice(1) ?? '', 'base64url'));
  const isInvitation =
    url?.protocol === 'kith:' && (url.hostname || url.pathname.replaceAll('/', '')) === 'join';
  if (!isInvitation || !isUuid(roomId) || secret.length !== ROOM_SECRET_BYTES) throw invalidLink();
  return { roomId: roomId as RoomId, secret };
}

export function invalidLink(): KithError {
  return new KithError('link-invalid', 'This invite link does not work. It may have been closed.');
}

/** The contract's requests about rooms. */
import type { RoomView } from '../../../src-shared/contract/room-views.ts';
import type { EngineRequestName, Handlers } from '../../../src-shared/contract/requests.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { History } from '../messages/history.ts';
import type { Repositories } from '../repositories.ts';
import type { RelayConnection } from '../sync/connection.ts';
import {
  closeLink,
  createRoom,
  invite,
  joinByLink,
  leaveRoom,
  openLink,
  removeMember,
  requireRoom,
  setDetails,
  setPolicies,
  setRole,
  setRoomTimer,
} from './service.ts';
import { roomView } from './view.ts';

type RoomRequest = Extract<EngineRequestName, `rooms.${string}`>;

export interface RoomHandlerParts {
  readonly context: EngineContext;
  readonly connection: RelayConnection;
  readonly read: Repositories;
  readonly history: History;
}

export function roomHandlers(parts: RoomHandlerParts): Handlers<RoomRequest> {
  const { context, read, history } = parts;
  const view = (roomId: RoomId): RoomView => {
    const ownId = context.requireAccount().accountId;
    const room = roomView(read, history, requireRoom(context, roomId), ownId);
    if (room === null) throw new KithError('not-found', 'There is no such room on this device.');
    return room;
  };
  const after = async (roomId: RoomId, work: Promise<void>): Promise<RoomView> => {
    await work;
    return view(roomId);
  };

  return {
    'rooms.list': () => {
      const ownId = context.requireAccount().accountId;
      return read.conversations
        .all()
        .flatMap((conversation) =>
          conversation.kind === 'room' ? (roomView(read, history, conversation, ownId) ?? []) : [],
        );
    },
    'rooms.get': ({ roomId }) => view(roomId),
    'rooms.create': async (room) => view(await createRoom(parts, room)),
    'rooms.setDetails': ({ roomId, name, topic, picture }) => {
      const bytes = picture === undefined ? undefined : new Uint8Array(Buffer.from(picture, 'base64'));
      return after(roomId, setDetails(parts, roomId, { name, topic, picture: bytes }));
    },
    'rooms.setPolicies': ({ roomId, ...policies }) => after(roomId, setPolicies(parts, roomId, policies)),
    'rooms.setTimer': ({ roomId, seconds }) => after(roomId, setRoomTimer(parts, roomId, seconds)),
    'rooms.invite': ({ roomId, usernames }) => after(roomId, invite(parts, roomId, usernames)),
    'rooms.remove': ({ roomId, username }) => after(roomId, removeMember(parts, roomId, username)),
    'rooms.setRole': ({ roomId, username, role }) => after(roomId, setRole(parts, roomId, username, role)),
    'rooms.leave': ({ roomId }) => after(roomId, leaveRoom(parts, roomId)),
    'rooms.openLink': ({ roomId, admission }) => after(roomId, openLink(parts, roomId, admission)),
    'rooms.closeLink': ({ roomId }) => after(roomId, closeLink(parts, roomId)),
    'rooms.join': async ({ link }) => {
      const { roomId, outcome } = await joinByLink(parts, link);
      return { roomId, outcome };
    },
  };
}

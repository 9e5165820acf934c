/** What the engine asks a relay about rooms. Requests are signed for this connection: they cannot be replayed. */
import { create } from '@bufbuild/protobuf';
import type { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import { idToBytes, type RoomId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  roomAppendTranscript,
  roomLinkTranscript,
  roomReadTranscript,
} from '../../../src-shared/protocol/transcripts.ts';
import type { Blob } from '../store/database.ts';
import type { RelaySocket } from './relay-socket.ts';

export interface LinkChange {
  /** Null closes the link. */
  readonly key: PublicKey | null;
  readonly bundle: Blob;
}

export interface RoomAppend {
  readonly roomId: RoomId;
  readonly expectedRevision: number;
  readonly entry: Blob;
  /** Holds from then on; null keeps the present one. */
  readonly accessKey: PublicKey | null;
  /** Null keeps link and bundle as they are. */
  readonly link: LinkChange | null;
  readonly signWith: PrivateKey;
  readonly by: 'member' | 'link';
}

export interface RoomApi {
  /** Returns the place of the first entry in the order of acceptance. */
  createRoom(room: { roomId: RoomId; entry: Blob; accessKey: PublicKey }): Promise<number>;
  /** As `createRoom`. Throws `room-changed` when another revision is current. */
  appendRoom(append: RoomAppend): Promise<number>;
  /** Throws `room-unknown`, also for a key that the relay does not honour. */
  readRoom(roomId: RoomId, afterRevision: number, key: PrivateKey): Promise<relay.RoomEntries>;
  /** The bundle behind a link. Throws `room-unknown` where the link is closed. */
  readRoomLink(roomId: RoomId, key: PrivateKey): Promise<Blob>;
}

/** The present connection, and what identifies it. */
export interface SignedLine {
  readonly socket: RelaySocket;
  readonly relayName: string;
  readonly nonce: Uint8Array;
}

/** `line` throws `offline` where there is none. */
export function roomApi(line: () => SignedLine): RoomApi {
  return {
    async createRoom({ roomId, entry, accessKey }) {
      const value = create(relay.CreateRoomSchema, {
        roomId: idToBytes(roomId),
        entry,
        accessKey: accessKey.serialize(),
      });
      const appended = await line().socket.request({ case: 'createRoom', value }, 'roomAppended');
      return Number(appended.acceptedOrder);
    },
    async appendRoom(append) {
      const { socket, relayName, nonce } = line();
      const accessKey = append.accessKey?.serialize() ?? new Uint8Array();
      const linkKey = append.link?.key?.serialize() ?? new Uint8Array();
      const transcript = roomAppendTranscript({
        relayName,
        nonce,
        roomId: append.roomId,
        expectedRevision: append.expectedRevision,
        entry: append.entry,
        accessKey,
        link: append.link === null ? null : { linkKey, bundle: append.link.bundle },
        by: append.by,
      });
      const value = create(relay.AppendRoomSchema, {
        roomId: idToBytes(append.roomId),
        expectedRevision: BigInt(append.expectedRevision),
        entry: append.entry,
        accessKey,
        ...(append.link === null ? {} : { link: { linkKey, bundle: append.link.bundle } }),
        signature: append.signWith.sign(transcript),
        byLink: append.by === 'link',
      });
      const appended = await socket.request({ case: 'appendRoom', value }, 'roomAppended');
      return Number(appended.acceptedOrder);
    },
    async readRoom(roomId, afterRevision, key) {
      const { socket, relayName, nonce } = line();
      const transcript = roomReadTranscript({ relayName, nonce, roomId, afterRevision });
      const value = create(relay.ReadRoomSchema, {
        roomId: idToBytes(roomId),
        afterRevision: BigInt(afterRevision),
        signature: key.sign(transcript),
      });
      return socket.request({ case: 'readRoom', value }, 'roomEntries');
    },
    async readRoomLink(roomId, key) {
      const { socket, relayName, nonce } = line();
      const value = create(relay.ReadRoomLinkSchema, {
        roomId: idToBytes(roomId),
        signature: key.sign(roomLinkTranscript({ relayName, nonce, roomId })),
      });
      const { bundle } = await socket.request({ case: 'readRoomLink', value }, 'roomLink');
      return new Uint8Array(bundle);
    },
  };
}

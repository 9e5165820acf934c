/**
 * The exact bytes that an identity key signs. Every part is length-prefixed (unsigned 32-bit, big
 * endian), so that no two different lists of parts make the same bytes, and the first part names the
 * purpose, so that a signature for one purpose is worthless for another.
 */
import { idToBytes, type AccountId, type DeviceId, type RoomId } from '../ids.ts';

export const PROTOCOL_VERSION = 1;

const encoder = new TextEncoder();

function transcript(purpose: string, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = [encoder.encode(purpose), ...parts];
  const bytes = new Uint8Array(all.reduce((total, part) => total + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of all) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export interface AuthenticationParts {
  readonly relayName: string;
  readonly nonce: Uint8Array;
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
}

/** Signed to prove on a fresh connection that the device holds the account's identity key. */
export function authenticationTranscript(parts: AuthenticationParts): Uint8Array<ArrayBuffer> {
  return transcript('kith-authentication-v1', [
    uint32(PROTOCOL_VERSION),
    encoder.encode(parts.relayName),
    parts.nonce,
    idToBytes(parts.accountId),
    uint32(parts.deviceId),
  ]);
}

/** Whether a registration may take the place of a former installation under the same device id. */
export type Installation = 'first' | 'replacing';

export interface RegistrationParts extends AuthenticationParts {
  readonly registrationId: number;
  readonly username: string;
  readonly identityKey: Uint8Array;
  readonly installation: Installation;
}

/** Signed to claim a username for an identity key, to add a device to an account, or to reinstall one. */
export function registrationTranscript(parts: RegistrationParts): Uint8Array<ArrayBuffer> {
  return transcript('kith-registration-v1', [
    uint32(PROTOCOL_VERSION),
    encoder.encode(parts.relayName),
    parts.nonce,
    idToBytes(parts.accountId),
    uint32(parts.deviceId),
    uint32(parts.registrationId),
    encoder.encode(parts.username),
    parts.identityKey,
    uint32(parts.installation === 'replacing' ? 1 : 0),
  ]);
}

export interface RoomRequestParts {
  readonly relayName: string;
  /** Of the connection: what was signed for another is worthless here. */
  readonly nonce: Uint8Array;
  readonly roomId: RoomId;
}

export interface RoomAppendParts extends RoomRequestParts {
  readonly expectedRevision: number;
  readonly entry: Uint8Array;
  /** Empty keeps the present one. */
  readonly accessKey: Uint8Array;
  readonly link: { readonly linkKey: Uint8Array; readonly bundle: Uint8Array } | null;
  readonly by: 'member' | 'link';
}

/** Signed by the room's access key, or its link key, to append an entry to the log. */
export function roomAppendTranscript(parts: RoomAppendParts): Uint8Array<ArrayBuffer> {
  return transcript('kith-room-append-v1', [
    uint32(PROTOCOL_VERSION),
    encoder.encode(parts.relayName),
    parts.nonce,
    idToBytes(parts.roomId),
    uint64(parts.expectedRevision),
    parts.entry,
    parts.accessKey,
    uint32(parts.link === null ? 0 : 1),
    parts.link?.linkKey ?? new Uint8Array(),
    parts.link?.bundle ?? new Uint8Array(),
    uint32(parts.by === 'link' ? 1 : 0),
  ]);
}

/** Signed by the room's access key to read entries after a revision. */
export function roomReadTranscript(
  parts: RoomRequestParts & { readonly afterRevision: number },
): Uint8Array<ArrayBuffer> {
  return transcript('kith-room-read-v1', [
    uint32(PROTOCOL_VERSION),
    encoder.encode(parts.relayName),
    parts.nonce,
    idToBytes(parts.roomId),
    uint64(parts.afterRevision),
  ]);
}

/** Signed by the link key to read what lies behind the link. */
export function roomLinkTranscript(parts: RoomRequestParts): Uint8Array<ArrayBuffer> {
  return transcript('kith-room-link-v1', [
    uint32(PROTOCOL_VERSION),
    encoder.encode(parts.relayName),
    parts.nonce,
    idToBytes(parts.roomId),
  ]);
}

/** Signed by the actor over the serialized RoomOperation of an entry in a room's log. */
export function roomOperationTranscript(operation: Uint8Array): Uint8Array<ArrayBuffer> {
  return transcript('kith-room-operation-v1', [operation]);
}

/** Signed by the author over the serialized Content that travels. */
export function contentTranscript(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return transcript('kith-content-v1', [content]);
}

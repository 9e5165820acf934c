/**
 * The room's secrets. One secret opens the entries of the log and proves to the relay that one may read
 * and append; it changes whenever somebody is shut out. A link has a secret of its own.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { PrivateKey } from '@signalapp/libsignal-client';
import { idToBytes, type AccountId, type RoomId } from '../../../src-shared/ids.ts';
import type { Blob } from '../store/database.ts';

export const ROOM_SECRET_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function newRoomSecret(): Blob {
  return new Uint8Array(randomBytes(ROOM_SECRET_BYTES));
}

/** The key whose signature the relay asks for; it knows the public half. */
export function accessKey(secret: Uint8Array, roomId: RoomId): PrivateKey {
  return PrivateKey.deserialize(derive(secret, roomId, 'kith-room-access-v1'));
}

export function linkKey(linkSecret: Uint8Array, roomId: RoomId): PrivateKey {
  return PrivateKey.deserialize(derive(linkSecret, roomId, 'kith-room-link-v1'));
}

/** Bound to its revision: an entry cannot stand in for another. */
export function sealEntry(secret: Uint8Array, roomId: RoomId, revision: number, plaintext: Uint8Array): Blob {
  return seal(derive(secret, roomId, `kith-room-entry-v1 ${String(revision)}`), plaintext);
}

/** Null for what this secret does not open. */
export function openEntry(
  secret: Uint8Array,
  roomId: RoomId,
  revision: number,
  entry: Uint8Array,
): Blob | null {
  return open(derive(secret, roomId, `kith-room-entry-v1 ${String(revision)}`), entry);
}

export function sealLinkBundle(linkSecret: Uint8Array, roomId: RoomId, plaintext: Uint8Array): Blob {
  return seal(derive(linkSecret, roomId, 'kith-room-bundle-v1'), plaintext);
}

/** Null for what this link does not open. */
export function openLinkBundle(linkSecret: Uint8Array, roomId: RoomId, bundle: Uint8Array): Blob | null {
  return open(derive(linkSecret, roomId, 'kith-room-bundle-v1'), bundle);
}

/** Shows an admin that whoever asks to come in holds the link. */
export function joinProof(linkSecret: Uint8Array, accountId: AccountId): Blob {
  return new Uint8Array(createHmac('sha256', linkSecret).update(idToBytes(accountId)).digest());
}

export function entryHash(entry: Uint8Array): Blob {
  return new Uint8Array(createHash('sha256').update(entry).digest());
}

function derive(secret: Uint8Array, roomId: RoomId, purpose: string): Blob {
  return new Uint8Array(hkdfSync('sha256', secret, idToBytes(roomId), purpose, 32));
}

function seal(key: Uint8Array, plaintext: Uint8Array): Blob {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return new Uint8Array(
    Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]),
  );
}

function open(key: Uint8Array, sealed: Uint8Array): Blob | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const body = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]));
  } catch {
    return null;
  }
}

/**
 * The exact bytes that an identity key signs. Every part is length-prefixed (unsigned 32-bit, big
 * endian), so that no two different lists of parts make the same bytes, and the first part names the
 * purpose, so that a signature for one purpose is worthless for another.
 */
import { idToBytes, type AccountId, type DeviceId } from '../ids.ts';

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

/** Signed by the author over the serialized Content that travels. */
export function contentTranscript(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return transcript('kith-content-v1', [content]);
}

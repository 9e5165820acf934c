/**
 * Identifiers. Each kind is a branded string, so that the compiler keeps them apart; on the wire they
 * are 16 raw bytes. Nothing here needs Node: the renderer uses the same types.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A person at a relay: a UUID, libsignal's `Aci`. */
export type AccountId = Branded<'AccountId'>;
/** A conversation of two or more people, as a UUID. */
export type RoomId = Branded<'RoomId'>;
/** One content by one author device: a UUIDv7. */
export type MessageId = Branded<'MessageId'>;
/** One batch of ciphertexts on its way through a relay, and its idempotency key: a UUIDv7. */
export type EnvelopeId = Branded<'EnvelopeId'>;

/** One attachment on this device; two of the same content are two. */
export type FileId = Branded<'FileId'>;

export type AnyId = AccountId | RoomId | MessageId | EnvelopeId | FileId;

/** Number of a device within its account, 1 to 127. */
export type DeviceId = number & { readonly [brand]: 'DeviceId' };

export const FIRST_DEVICE = 1 as DeviceId;
export const MAX_DEVICE_ID = 127;

/** The one device that messages are encrypted for. */
export interface DeviceAddress {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
}

/** `account.device`: a key for maps and rows. */
export function addressKey(address: DeviceAddress): string {
  return `${address.accountId}.${String(address.deviceId)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in its canonical lower-case form, of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Throws `RangeError` unless `text` is a canonical UUID. */
export function parseId<Id extends AnyId>(text: string): Id {
  if (!isUuid(text)) throw new RangeError('not a canonical UUID');
  return text as Id;
}

export function isDeviceId(value: number): value is DeviceId {
  return Number.isInteger(value) && value >= 1 && value <= MAX_DEVICE_ID;
}

/** Throws `RangeError` outside 1 to 127. */
export function parseDeviceId(value: number): DeviceId {
  if (!isDeviceId(value)) throw new RangeError('a device id is 1 to 127');
  return value;
}

/** 16 bytes on the wire to a canonical UUID. Throws `RangeError` for any other length. */
export function idFromBytes<Id extends AnyId>(bytes: Uint8Array): Id {
  if (bytes.length !== 16) throw new RangeError('an id is 16 bytes');
  const hex = HEX.encode(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id;
}

/** A canonical UUID to its 16 bytes on the wire. */
export function idToBytes(id: AnyId): Uint8Array<ArrayBuffer> {
  return HEX.decode(id.replaceAll('-', ''));
}

const HEX = {
  encode(bytes: Uint8Array): string {
    let hex = '';
    for (const byte of bytes) hex += BYTE_TO_HEX[byte] ?? '';
    return hex;
  },
  decode(hex: string): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(hex.length / 2);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = (nibble(hex.charCodeAt(i * 2)) << 4) | nibble(hex.charCodeAt(i * 2 + 1));
    }
    return bytes;
  },
};

/** Character code of 0-9 or a-f to its value. */
function nibble(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}

const BYTE_TO_HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

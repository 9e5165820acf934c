/**
 * Media tokens: who may use the media service until when, signed by the relay, so that any of its
 * processes can check one without asking. `<payload>.<HMAC-SHA-256>`, both base64url; the payload is a
 * version byte, the account id (16 bytes) and the end in Unix milliseconds (8 bytes, big-endian).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes, type AccountId } from '../../../src-shared/ids.ts';

const VERSION = 1;
const PAYLOAD_BYTES = 25;
/** Keeps these signatures apart from any other use of the key. */
const PURPOSE = 'kith-media-token-v1';

export interface MediaToken {
  readonly accountId: AccountId;
  readonly expiresMs: number;
}

export function signToken(key: Uint8Array, { accountId, expiresMs }: MediaToken): string {
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  payload.writeUInt8(VERSION, 0);
  payload.set(idToBytes(accountId), 1);
  payload.writeBigUInt64BE(BigInt(expiresMs), 17);
  return `${payload.toString('base64url')}.${mac(key, payload).toString('base64url')}`;
}

/** Whose token this is; `undefined` for one that this relay did not sign, or that has ended. */
export function verifyToken(key: Uint8Array, token: string, nowMs: number): AccountId | undefined {
  const [payloadText = '', macText = '', ...more] = token.split('.');
  const payload = Buffer.from(payloadText, 'base64url');
  const given = Buffer.from(macText, 'base64url');
  const expected = mac(key, payload);
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined;
  if (payload.length !== PAYLOAD_BYTES || payload[0] !== VERSION) return undefined;
  if (Number(payload.readBigUInt64BE(17)) <= nowMs) return undefined;
  return idFromBytes<AccountId>(payload.subarray(1, 17));
}

function mac(key: Uint8Array, payload: Uint8Array): Buffer {
  return createHmac('sha256', key).update(PURPOSE).update(payload).digest();
}

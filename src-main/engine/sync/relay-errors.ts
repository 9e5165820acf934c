/** The relay's typed refusals as ours. */
import { KithError, type ErrorCode } from '../../../src-shared/errors.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';

const { ErrorCode: Wire } = relay;

const CODES: Partial<Record<relay.ErrorCode, readonly [ErrorCode, string]>> = {
  [Wire.USERNAME_TAKEN]: ['username-taken', 'Somebody else has this username. Choose another.'],
  [Wire.USERNAME_INVALID]: [
    'username-invalid',
    'A username is 3 to 32 letters, digits, dots, hyphens or underscores.',
  ],
  [Wire.ACCOUNT_UNKNOWN]: ['username-unknown', 'Nobody has this username at this relay.'],
  [Wire.DEVICE_UNKNOWN]: ['device-unknown', 'The relay does not know this device.'],
  [Wire.DEVICE_CONFLICT]: ['relay-refused', 'The relay knows this device under other keys.'],
  [Wire.BAD_SIGNATURE]: ['relay-refused', 'The relay did not accept the signature of this device.'],
  [Wire.REGISTRATION_CLOSED]: ['registration-closed', 'This relay takes no new accounts.'],
  [Wire.RATE_LIMITED]: ['rate-limited', 'The relay asks to wait a moment.'],
  [Wire.MAILBOX_FULL]: ['mailbox-full', 'The mailbox of the other side is full. Kith tries again later.'],
  [Wire.STORAGE_FULL]: ['relay-full', 'The relay has no space left. Kith tries again later.'],
  [Wire.SHUTTING_DOWN]: ['relay-unreachable', 'The relay is shutting down.'],
  // Its disk, as a rule.
  [Wire.INTERNAL]: ['relay-unreachable', 'The relay has trouble of its own. Kith tries again later.'],
  [Wire.ROOM_UNKNOWN]: ['room-unknown', 'This room is not there, or closed to this device.'],
  [Wire.ROOM_FORBIDDEN]: ['room-unknown', 'This room is not there, or closed to this device.'],
  [Wire.ROOM_CONFLICT]: ['room-changed', 'The room has changed meanwhile.'],
  [Wire.ROOM_REVISION_STALE]: ['room-changed', 'The room has changed meanwhile.'],
  [Wire.ROOM_FULL]: ['room-full', 'The room has changed too often: the relay keeps no more of its log.'],
  [Wire.CIPHERTEXT_TOO_LARGE]: ['message-too-long', 'The relay takes no message of this size.'],
  // The token ended: the next attempt asks for another.
  [Wire.UNAUTHENTICATED]: ['relay-unreachable', 'The relay asks who we are. Kith tries again.'],
  [Wire.FILE_TOO_LARGE]: ['file-too-large', 'The relay takes no file of this size.'],
  [Wire.QUOTA_EXCEEDED]: ['quota-exceeded', 'Your space for files at the relay is used up.'],
  [Wire.BLOB_UNKNOWN]: ['file-gone', 'The relay no longer has this file. Ask for it to be sent again.'],
  [Wire.BLOB_MISMATCH]: ['file-damaged', 'The relay did not get the file as it is.'],
  [Wire.OFFSET_CONFLICT]: ['relay-unreachable', 'The upload stands elsewhere. Kith tries again.'],
  [Wire.FRAME_TOO_LARGE]: ['message-too-long', 'The relay takes no message of this size.'],
};

export function fromRelayError(error: relay.RelayError): KithError {
  const [code, message] = CODES[error.code] ?? (['protocol', `The relay refused: ${error.message}`] as const);
  return new KithError(code, message, error.retryAfterMs === 0 ? {} : { retryAfterMs: error.retryAfterMs });
}

const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  // A relay that lost its data gets its people back one by one, as they reconnect.
  'username-unknown',
  'device-unknown',
  'offline',
  'timed-out',
  'rate-limited',
  'mailbox-full',
  'relay-full',
  'relay-unreachable',
  'disk-full',
  'internal',
]);

/** True when the same request may succeed later without anybody doing anything. */
export function isTransient(error: unknown): boolean {
  return error instanceof KithError && TRANSIENT.has(error.code);
}

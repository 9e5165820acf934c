/** Limits both sides know, with units and reasons. The relay announces its own in Hello. */

/** A frame holds a few of the largest contents with room for headers; others' practice. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** One ciphertext after padding. A content that needs more belongs in an attachment. */
export const MAX_CIPHERTEXT_BYTES = 96 * 1024;
/** Enough to fill a frame with small envelopes, few enough to answer within one commit. */
export const MAX_ENVELOPES_PER_SEND = 100;
/** Destinations of one envelope: members of the largest room. */
export const MAX_DESTINATIONS = 500;

/** Text of one message, in UTF-8 bytes. One frame carries it to seven devices even when nothing compresses. */
export const MAX_TEXT_BYTES = 32 * 1024;

/** Mentions of one message: more are no mention of anybody. */
export const MAX_MENTIONS = 100;
/** Of a quoted original: enough to recognise it. */
export const MAX_QUOTE_CHARACTERS = 300;
/** The longest a disappearing message may stay: a year, in seconds. */
export const MAX_TIMER_S = 365 * 24 * 60 * 60;

/** As many as one frame carries a sender-key message to, with their update. */
export const MAX_ROOM_MEMBERS = 500;
export const MAX_ROOM_NAME_CHARACTERS = 100;
export const MAX_ROOM_TOPIC_CHARACTERS = 1_000;
/** The state of a full room, picture and all, fits one content. */
export const MAX_ROOM_PICTURE_BYTES = 24 * 1024;

/** Plaintext of one attached file. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024;
/** Plaintext of one encrypted chunk: large enough to cost little, small enough to check before it is shown. */
export const FILE_CHUNK_BYTES = 256 * 1024;
export const FILE_HEADER_BYTES = 16;
export const FILE_TAG_BYTES = 16;
/** The ciphertext of the largest file. */
export const MAX_CIPHERTEXT_FILE_BYTES =
  FILE_HEADER_BYTES + MAX_FILE_BYTES + (MAX_FILE_BYTES / FILE_CHUNK_BYTES) * FILE_TAG_BYTES;
export const MAX_ATTACHMENTS = 32;

/** Usernames: 3 to 32 of a-z, 0-9, dot, hyphen and underscore; a letter first, no double or last dot. */
export const USERNAME_PATTERN = /^(?=.{3,32}$)[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;
export const MAX_DISPLAY_NAME_CHARACTERS = 64;

/** One-time keys that one upload may carry, and that a device may have stored. */
export const MAX_PRE_KEYS_PER_UPLOAD = 100;
export const MAX_STORED_PRE_KEYS = 200;

/** The lower ten bits of an order count within one millisecond. */
const ORDER_STEPS_PER_MS = 1024;

/** Milliseconds of Unix time to the first position in the relay's order within that millisecond. */
export function orderFromMs(unixMs: number): number {
  return unixMs * ORDER_STEPS_PER_MS;
}

/** Position in the relay's order to Unix milliseconds. */
export function orderToMs(order: number): number {
  return Math.floor(order / ORDER_STEPS_PER_MS);
}

/** WebSocket close codes. `retry` says whether coming back by itself can help. */
export const CLOSE = {
  /** The relay stops or restarts. */
  goingAway: { code: 1001, retry: true },
  /** A frame over the limit; the device would send it again. */
  frameTooLarge: { code: 1009, retry: true },
  /** Frames that do not parse or come in the wrong order. */
  protocolError: { code: 4400, retry: true },
  /** The signature was refused. */
  badSignature: { code: 4401, retry: false },
  /** The account or device is not registered here. */
  accountUnknown: { code: 4404, retry: false },
  /** No Register or Authenticate in time. */
  authenticationTimeout: { code: 4408, retry: true },
  /** A newer connection of the same device took over. */
  superseded: { code: 4409, retry: false },
  /** The relay does not speak this protocol version. */
  unsupportedVersion: { code: 4426, retry: false },
  /** Too many requests after repeated warnings. */
  rateLimited: { code: 4429, retry: true },
  /** Silent for longer than the heartbeat timeout. */
  heartbeatTimeout: { code: 4440, retry: true },
  /** Did not take what it asked for. */
  slowConsumer: { code: 4441, retry: true },
} as const;

/** False for the codes after which only a person can help. */
export function mayReconnectAfter(closeCode: number): boolean {
  return !Object.values(CLOSE).some((close) => close.code === closeCode && !close.retry);
}

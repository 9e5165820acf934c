/**
 * Every number that bounds the relay, with its unit in its name and its reason beside it. `startRelay`
 * takes any of them as an override: a benchmark raises the rates, a test lowers the quotas.
 */
import {
  MAX_CIPHERTEXT_BYTES,
  MAX_CIPHERTEXT_FILE_BYTES,
  MAX_DESTINATIONS,
  MAX_ENVELOPES_PER_SEND,
  MAX_FRAME_BYTES,
  MAX_PRE_KEYS_PER_UPLOAD,
  MAX_STORED_PRE_KEYS,
} from '../src-shared/protocol/limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

export const DEFAULT_LIMITS = {
  // Sizes: what the protocol fixes for both sides.
  frameBytes: MAX_FRAME_BYTES,
  ciphertextBytes: MAX_CIPHERTEXT_BYTES,
  envelopesPerSend: MAX_ENVELOPES_PER_SEND,
  destinationsPerEnvelope: MAX_DESTINATIONS,
  preKeysPerUpload: MAX_PRE_KEYS_PER_UPLOAD,
  storedPreKeys: MAX_STORED_PRE_KEYS,

  // Mailboxes.
  /** Weeks of busy rooms for one device that is switched off. */
  mailboxEnvelopes: 100_000,
  /** The same mail at a few hundred bytes each, with room for some of the largest. */
  mailboxBytes: 128 * MIB,
  /** A holiday and a repair. A device away for longer starts over. */
  mailLifetimeDays: 45,
  /** How long a repeated send is recognised. Far longer than any outbox keeps trying. */
  idempotencyDays: 7,
  /** How long a handed-out prekey is remembered, so that a repeated upload cannot bring it back. */
  takenPreKeyDays: 7,

  // Connections.
  /** Sockets of this process. About 30 KiB each, and below the usual bound on open files. */
  connections: 10_000,
  /** From the socket's opening to Register or Authenticate; a slow phone line needs about two seconds. */
  authenticationTimeoutMs: 10 * SECOND_MS,
  heartbeatIntervalMs: 45 * SECOND_MS,
  /** Two lost heartbeats and some patience. */
  heartbeatTimeoutMs: 100 * SECOND_MS,
  /** Bad or premature frames before the connection ends: tells a slip from a broken client. */
  strikes: 5,
  /** Rate-limited answers before the connection ends. A client that waits as told never comes near. */
  rateRefusals: 100,
  /** A peer that answers a close at all does so within a round trip. */
  closeTimeoutMs: 2 * SECOND_MS,

  // Inbound flow.
  /** Decoded frames of one connection that wait their turn before its socket is paused. */
  inboxFrames: 8,
  /** Ciphertext of one connection that waits for its commit before later sends wait. */
  uncommittedBytes: MIB,

  // Outbound flow.
  /** One Deliver frame: fills a network segment many times over, and stays well under a frame. */
  deliverEnvelopes: 100,
  deliverBytes: 128 * KIB,
  /** Unacknowledged per connection, whatever credit the device gives. */
  inFlightEnvelopes: 1000,
  inFlightBytes: MIB,
  /** Unsent bytes of one socket at which the relay stops reading from it and delivering to it. */
  outboundHighWaterBytes: MIB,
  /** Unsent bytes at which both go on. */
  outboundLowWaterBytes: 256 * KIB,
  /** Unsent bytes above which typing and presence are dropped: they are stale by the time they arrive. */
  ephemeralDropBytes: 64 * KIB,
  /** How long a socket may stay above the high water. */
  slowConsumerMs: 30 * SECOND_MS,

  // Commits.
  /** Least time between the starts of two commits: at most 500 disk flushes a second, 2 ms of delay. */
  commitIntervalMs: 2,
  /** Bounds how long one transaction holds up the process: about 20 ms. */
  commitEnvelopes: 2000,
  commitBytes: 8 * MIB,
  /** An acknowledgement may wait this long for a commit to share; losing it costs a repeated delivery. */
  acknowledgementDelayMs: 200,

  // Rates. A burst is what a rested account may do at once.
  /** One envelope for one device counts one. A message to 500 people with two devices counts 1,000. */
  sendCopiesBurst: 10_000,
  sendCopiesPerSecond: 1000,
  sendBytesBurst: 32 * MIB,
  sendBytesPerSecond: 2 * MIB,
  /** Typing in several rooms at once. */
  ephemeralBurst: 100,
  ephemeralPerSecond: 20,
  /** Opening a large address book, but no walking through all names. */
  lookupsBurst: 60,
  lookupsPerSecond: 1,
  /** Prekey fetches per requester and target: draining somebody's one-time keys takes hours. */
  preKeyFetches: 6,
  preKeyFetchWindowMs: 10 * MINUTE_MS,
  /** An upload costs up to 102 signature checks, about 10 ms. */
  uploadsBurst: 10,
  uploadsPerSecond: 0.1,
  /** Registrations per remote address: a family or an office behind one address. Loopback is exempt. */
  registrationsBurst: 20,
  registrationsPerHour: 20,
  /** Accounts and addresses whose buckets are remembered; the longest unused go first. */
  bucketsRemembered: 50_000,

  // Media.
  /** The largest ciphertext of one file: 2 GiB of plaintext, and what encryption adds. */
  mediaFileBytes: MAX_CIPHERTEXT_FILE_BYTES,
  /** Blobs and unfinished uploads of one account. */
  mediaQuotaBytes: 5 * 1024 * MIB,
  /** The same in number, so that tiny files cannot fill the index. */
  mediaFiles: 100_000,
  /** An upload that nobody goes on with is given up after this. */
  mediaUploadMs: DAY_MS,
  /** As long as the mail that points to it. */
  mediaLifetimeDays: 45,
  /** Short, as a token cannot be called back; a device asks for the next over its socket. */
  mediaTokenMs: 60 * MINUTE_MS,
  /** A transfer that moves nothing for this long is ended; it can be resumed. */
  mediaIdleMs: 30 * SECOND_MS,
  /** At once: several small files beside a large one. */
  mediaTransfersPerAccount: 8,
  /** A file and a socket each. */
  mediaTransfers: 1000,
  mediaTransferRetryMs: 2 * SECOND_MS,
  /** A part of an upload, a range of a download or a question is one. */
  mediaRequestsBurst: 500,
  mediaRequestsPerSecond: 50,

  // Upkeep.
  /** Rows removed in one transaction, so that expiry never holds up a send for more than some ms. */
  expiryRows: 500,
  expiryPauseMs: 50,
  expiryIntervalMs: 10 * MINUTE_MS,
  /** What a full disk, mailbox or a stopping relay tells clients to wait. */
  storageFullRetryMs: 10 * SECOND_MS,
  mailboxFullRetryMs: 5 * MINUTE_MS,
  shuttingDownRetryMs: 2 * SECOND_MS,
  internalRetryMs: 5 * SECOND_MS,
} as const;

export type RelayLimits = { readonly [Name in keyof typeof DEFAULT_LIMITS]: number };

/** Hello and the answers carry counts and waits as unsigned 32-bit numbers; no limit needs more. */
const LARGEST_COUNT = 2 ** 32 - 1;
/** These travel as 64-bit numbers. */
const WIDE: ReadonlySet<string> = new Set(['mailboxBytes', 'mediaFileBytes', 'mediaQuotaBytes']);

/**
 * The defaults with some numbers replaced. Throws `RangeError` for one that is negative or too large to be
 * told to a device.
 */
export function resolveLimits(overrides: Partial<RelayLimits>): RelayLimits {
  for (const [name, value] of Object.entries(overrides)) {
    const largest = WIDE.has(name) ? Number.MAX_SAFE_INTEGER : LARGEST_COUNT;
    if (!(value >= 0 && value <= largest))
      throw new RangeError(`limit ${name} is not within 0 and ${String(largest)}`);
  }
  return { ...DEFAULT_LIMITS, ...overrides };
}

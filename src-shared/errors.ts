/**
 * The one error type that crosses process boundaries. `code` is for programs, `message` for people:
 * what happened, to what, and what can be done about it.
 */

export const ERROR_CODES = [
  // Input.
  'invalid-request',
  'not-found',
  'username-invalid',
  'username-taken',
  'username-unknown',
  'device-unknown',
  'message-too-long',
  'message-empty',
  'cannot-message-self',
  'not-yours',
  // Rooms.
  'not-a-member',
  'not-allowed',
  'room-full',
  'last-owner',
  'room-unknown',
  'room-changed',
  'link-invalid',
  // Files.
  'file-unreadable',
  'file-too-large',
  'file-exists',
  'file-gone',
  'file-damaged',
  'quota-exceeded',
  // Account and keys.
  'not-registered',
  'already-registered',
  'identity-changed',
  'blocked',
  // Store.
  'store-locked',
  'store-absent',
  'store-exists',
  'store-in-use',
  'store-corrupt',
  'store-too-new',
  'wrong-passphrase',
  'keychain-unavailable',
  'disk-full',
  // Relay and network.
  'offline',
  'timed-out',
  'rate-limited',
  'mailbox-full',
  'relay-unreachable',
  'relay-refused',
  'relay-changed',
  'superseded',
  'relay-full',
  'registration-closed',
  'protocol',
  // Everything else.
  'cancelled',
  'shutting-down',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface KithErrorOptions {
  readonly cause?: unknown;
  /** How long to wait before the same request can succeed. Absent where waiting does not help. */
  readonly retryAfterMs?: number;
}

export class KithError extends Error {
  override readonly name = 'KithError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: KithErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A `KithError` as plain data, for a message port or a JSON line. */
export interface SerializedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** Anything thrown, as plain data. What is not a `KithError` keeps its details to itself. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof KithError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    };
  }
  return { code: 'internal', message: 'Something went wrong inside Kith. The log has the details.' };
}

export function deserializeError(error: SerializedError): KithError {
  return new KithError(
    error.code,
    error.message,
    error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs },
  );
}

/** Ends an exhaustive switch: the compiler refuses a case that was left out. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

import { relay } from '../../src-shared/protocol/frames.ts';

export const { ErrorCode } = relay;
/** The codes of relay.proto's `ErrorCode`. */
export type ErrorCode = relay.ErrorCode;

/**
 * A request the relay does not grant: travels to the device as `RelayError`. `message` is one English
 * sentence for logs and never holds content, names or account ids.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  /** How long to wait before the same request can succeed; zero where waiting does not help. */
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, retryAfterMs = 0) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A frame that is not what the protocol says; counts towards the end of the connection. */
export function badFrame(what: string): Refusal {
  return new Refusal(ErrorCode.BAD_FRAME, what);
}

/** Throws `RATE_LIMITED` unless `waitMs` is zero. */
export function requireRate(waitMs: number, what: string): void {
  if (waitMs > 0) throw new Refusal(ErrorCode.RATE_LIMITED, `Too many ${what}.`, Math.ceil(waitMs));
}

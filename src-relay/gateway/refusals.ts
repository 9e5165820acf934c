import { CLOSE } from '../../src-shared/protocol/limits.ts';
import type { RelayLimits } from '../limits.ts';
import { ErrorCode, type Refusal } from '../services/refusal.ts';

export type Close = (typeof CLOSE)[keyof typeof CLOSE];

/** Counts what one connection was refused, and says when that is enough. */
export class Refusals {
  readonly #limits: Pick<RelayLimits, 'strikes' | 'rateRefusals'>;
  #strikes = 0;
  #rates = 0;

  constructor(limits: Pick<RelayLimits, 'strikes' | 'rateRefusals'>) {
    this.#limits = limits;
  }

  /**
   * The close that follows, if any. Before authentication every refusal is a strike, as each may have cost
   * a signature check, and some cannot be mended by trying again.
   */
  count(refusal: Refusal, from: 'stranger' | 'device'): Close | undefined {
    const final = from === 'stranger' ? closeAfter(refusal) : undefined;
    if (final !== undefined) return final;
    if (refusal.code === ErrorCode.RATE_LIMITED) this.#rates += 1;
    else if (from === 'stranger' || refusal.code === ErrorCode.BAD_FRAME) this.#strikes += 1;
    if (this.#strikes >= this.#limits.strikes) return CLOSE.protocolError;
    return this.#rates >= this.#limits.rateRefusals ? CLOSE.rateLimited : undefined;
  }
}

function closeAfter(refusal: Refusal): Close | undefined {
  switch (refusal.code) {
    case ErrorCode.BAD_SIGNATURE:
      return CLOSE.badSignature;
    case ErrorCode.ACCOUNT_UNKNOWN:
    case ErrorCode.DEVICE_UNKNOWN:
      return CLOSE.accountUnknown;
    case ErrorCode.UNSUPPORTED_VERSION:
      return CLOSE.unsupportedVersion;
    default:
      return undefined;
  }
}

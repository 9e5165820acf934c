/** When the next group commits, and what belongs to it. Pure. */
import { addressKey } from '../../../src-shared/ids.ts';
import type { MailAcknowledgement, MailEnvelope } from './storage.ts';

/** One request's envelopes on their way to a commit. */
export interface PendingEnvelopes {
  readonly envelopes: readonly MailEnvelope[];
}

export interface GroupBounds {
  readonly commitEnvelopes: number;
  readonly commitBytes: number;
}

/**
 * How long a request that arrives now waits for company: not at all after a quiet interval, else until
 * the interval since the last commit's start is over. Both times monotonic, in milliseconds.
 */
export function commitDelayMs(nowMs: number, lastStartMs: number, intervalMs: number): number {
  return Math.max(0, lastStartMs + intervalMs - nowMs);
}

/** How many of the waiting requests, from the oldest on, fit into one transaction. At least one. */
export function groupLength(waiting: readonly PendingEnvelopes[], bounds: GroupBounds): number {
  let envelopes = 0;
  let bytes = 0;
  for (const [index, request] of waiting.entries()) {
    envelopes += request.envelopes.length;
    for (const envelope of request.envelopes) bytes += envelope.sizeBytes;
    if (index > 0 && (envelopes > bounds.commitEnvelopes || bytes > bounds.commitBytes)) return index;
  }
  return waiting.length;
}

/** Acknowledgements by device, the furthest of each. */
export class AcknowledgementBuffer {
  readonly #furthest = new Map<string, MailAcknowledgement>();

  get size(): number {
    return this.#furthest.size;
  }

  add(acknowledgement: MailAcknowledgement): void {
    const key = addressKey(acknowledgement.address);
    const known = this.#furthest.get(key);
    if (known === undefined || known.upToSeq < acknowledgement.upToSeq)
      this.#furthest.set(key, acknowledgement);
  }

  takeAll(): readonly MailAcknowledgement[] {
    const all = [...this.#furthest.values()];
    this.#furthest.clear();
    return all;
  }
}

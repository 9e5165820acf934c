/**
 * Every chained content names the hash of its author device's previous one in the room. A receiver so
 * sees what was left out (gap), replayed, or told differently to different people (fork).
 */
import { createHash } from 'node:crypto';
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import type { Blob } from '../store/database.ts';

export interface ChainLink {
  readonly index: number;
  readonly hash: Blob;
}

export interface ChainClaim {
  readonly index: number;
  readonly previousHash: Uint8Array;
}

export function contentHash(content: Uint8Array): Blob {
  return new Uint8Array(createHash('sha256').update(content).digest());
}

/** What a content says of its predecessor, against the newest link known. */
export function judgeLink(head: ChainLink | null, claim: ChainClaim): IntegrityVerdict['chain'] {
  if (head === null) return claim.index === 1 ? 'first' : 'gap';
  if (claim.index > head.index + 1) return 'gap';
  // The gap was seen when it opened; now it closes.
  if (claim.index < head.index) return 'late';
  if (claim.index === head.index) return 'fork';
  return Buffer.from(claim.previousHash).equals(head.hash) ? 'continues' : 'fork';
}

/** The newest link after a content was taken in. */
export function advance(head: ChainLink | null, claim: ChainClaim, content: Uint8Array): ChainLink {
  if (head !== null && claim.index <= head.index) return head;
  return { index: claim.index, hash: contentHash(content) };
}

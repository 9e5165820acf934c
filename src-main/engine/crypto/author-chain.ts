/**
 * Every chained content names the hash of its author device's previous one in the room. A receiver so
 * sees what was left out (gap), replayed, or told differently to different people (fork). A device that
 * was reinstalled has lost what it said before, so each installation (epoch) has a chain of its own.
 */
import { createHash } from 'node:crypto';
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import type { Blob } from '../store/database.ts';

export interface ChainLink {
  readonly index: number;
  readonly hash: Blob;
}

export interface ChainPlace {
  /** How often the author device had been reinstalled. */
  readonly epoch: number;
  /** From 1 in every epoch. */
  readonly index: number;
}

export interface ChainClaim extends ChainPlace {
  readonly previousHash: Uint8Array;
}

/** A content that is stored, as its neighbours in the chain see it. */
export interface KnownLink extends ChainLink {
  readonly previousHash: Uint8Array;
}

export function contentHash(content: Uint8Array): Blob {
  return new Uint8Array(createHash('sha256').update(content).digest());
}

/** What a content says of its predecessor, against the newest link known of its epoch. */
export function judgeLink(head: ChainLink | null, claim: ChainClaim): IntegrityVerdict['chain'] {
  if (head === null) return claim.index === 1 ? 'first' : 'gap';
  if (claim.index > head.index + 1) return 'gap';
  // The gap was seen when it opened; now it closes.
  if (claim.index < head.index) return 'late';
  if (claim.index === head.index) return 'fork';
  return isHash(claim.previousHash, head.hash) ? 'continues' : 'fork';
}

/** A late content against those of its own place, the one before and the one after that are still known. */
export function judgeLate(
  claim: ChainClaim,
  content: Uint8Array,
  known: readonly KnownLink[],
): Extract<IntegrityVerdict['chain'], 'late' | 'fork'> {
  const hash = contentHash(content);
  const fits = known.every((link) => {
    switch (link.index - claim.index) {
      case -1:
        return isHash(claim.previousHash, link.hash);
      case 0:
        return isHash(hash, link.hash);
      case 1:
        return isHash(link.previousHash, hash);
      default:
        return true;
    }
  });
  return fits ? 'late' : 'fork';
}

/** The newest link of an epoch after a content of it was taken in. */
export function advance(head: ChainLink | null, claim: ChainPlace, content: Uint8Array): ChainLink {
  if (head !== null && claim.index <= head.index) return head;
  return { index: claim.index, hash: contentHash(content) };
}

function isHash(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}

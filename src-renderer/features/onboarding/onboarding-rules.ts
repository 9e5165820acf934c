/** The order of the steps, and what must hold before the next one. */
import type { Protection } from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';

export type Step = 'name' | 'relay' | 'protect';

/** Shorter ones are guessed within hours from a stolen disk. */
export const MIN_PASSPHRASE_CHARACTERS = 8;

/** Without `protection` the store is already there, from a set-up that was interrupted. */
export function stepsFor(protection: Protection | null): readonly Step[] {
  return protection === null ? ['name', 'relay'] : ['name', 'relay', 'protect'];
}

/** The step on which a refused registration can be put right. */
export function stepOfError(code: ErrorCode): 'name' | 'relay' {
  return code === 'username-taken' || code === 'username-invalid' ? 'name' : 'relay';
}

export type PassphraseProblem = 'short' | 'differs';

export function passphraseProblem(passphrase: string, repeated: string): PassphraseProblem | null {
  if (passphrase.length < MIN_PASSPHRASE_CHARACTERS) return 'short';
  return passphrase === repeated ? null : 'differs';
}

export type Strength = 'weak' | 'fair' | 'strong';

/**
 * A hint, not a proof: length counts most, and few different characters count little. Several words
 * score higher than one word with decorations, as they should.
 */
export function passphraseStrength(passphrase: string): Strength {
  const different = new Set(passphrase.toLowerCase()).size;
  const words = passphrase.trim().split(/[\s._-]+/u).length;
  const score = passphrase.length + different / 2 + (words - 1) * 3;
  if (passphrase.length < MIN_PASSPHRASE_CHARACTERS || different < 5 || score < 17) return 'weak';
  return score < 28 ? 'fair' : 'strong';
}

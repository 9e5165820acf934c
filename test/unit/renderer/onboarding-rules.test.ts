import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  passphraseProblem,
  passphraseStrength,
  stepOfError,
  stepsFor,
} from '../../../src-renderer/features/onboarding/onboarding-rules.ts';
import { deriveUsername, isUsername } from '../../../src-renderer/features/onboarding/username.ts';

describe('the username that follows from a name', () => {
  test.each([
    ['Zoë Łukasiewicz', 'zoe.lukasiewicz'],
    ['Jean-Luc  O’Neill', 'jean-luc.oneill'],
    ['Straße Ærø', 'strasse.aero'],
    ['42nd Street', 'nd.street'],
    ['Dr. No.', 'dr.no'],
    ['李明', ''],
    ['  ', ''],
  ])('%s: %s', (name, username) => {
    expect(deriveUsername(name)).toBe(username);
  });

  test('is one that the relay takes, or too short, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (name) => {
        const username = deriveUsername(name);
        expect(username.length < 3 || isUsername(username)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('an interrupted set-up goes on without making the store again', () => {
  expect(stepsFor('passphrase')).toEqual(['name', 'relay', 'protect']);
  expect(stepsFor('keychain')).toEqual(['name', 'relay', 'protect']);
  expect(stepsFor(null)).toEqual(['name', 'relay']);
});

test('a refusal leads to the step that can put it right', () => {
  expect(stepOfError('username-taken')).toBe('name');
  expect(stepOfError('username-invalid')).toBe('name');
  expect(stepOfError('relay-unreachable')).toBe('relay');
  expect(stepOfError('registration-closed')).toBe('relay');
});

describe('passphrases', () => {
  test('are long enough and typed twice alike', () => {
    expect(passphraseProblem('short', 'short')).toBe('short');
    expect(passphraseProblem('long enough', 'long enougj')).toBe('differs');
    expect(passphraseProblem('long enough', 'long enough')).toBeNull();
  });

  test.each([
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['password', 'weak'],
    ['blue-kettle', 'fair'],
    ['seven tall birches', 'strong'],
  ])('%s is %s', (passphrase, strength) => {
    expect(passphraseStrength(passphrase)).toBe(strength);
  });
});

import { describe, expect, test } from 'vitest';
import type { AccountView, AppState } from '../../../src-shared/contract/views.ts';
import { AppStateHolder } from '../../../src-main/shell/app-state/app-state.ts';
import { nextAppState, type Happening } from '../../../src-main/shell/app-state/transitions.ts';

const account = { username: 'ada' } as AccountView;
const error = { code: 'internal', message: 'first' } as const;

const STATES: Record<AppState['phase'], AppState> = {
  starting: { phase: 'starting' },
  new: { phase: 'new', protection: 'passphrase' },
  locked: { phase: 'locked', by: 'passphrase' },
  failed: { phase: 'failed', error },
  open: { phase: 'open', account: null },
};
const HAPPENINGS: readonly Happening[] = [
  { type: 'store-absent', protection: 'keychain' },
  { type: 'store-locked', by: 'keychain-changed' },
  { type: 'store-opened', account },
  { type: 'account-changed', account },
  { type: 'failed', error: { code: 'disk-full', message: 'second' } },
];

/** Which phase follows; the state itself stays where none is named. */
const FOLLOWS: Record<AppState['phase'], Partial<Record<Happening['type'], AppState['phase']>>> = {
  starting: { 'store-absent': 'new', 'store-locked': 'locked', 'store-opened': 'open', failed: 'failed' },
  new: { 'store-opened': 'open', failed: 'failed' },
  locked: { 'store-opened': 'open', failed: 'failed' },
  failed: {},
  open: { 'account-changed': 'open', failed: 'failed' },
};

describe('what may follow what', () => {
  for (const state of Object.values(STATES)) {
    for (const happening of HAPPENINGS) {
      const expected = FOLLOWS[state.phase][happening.type];
      test(`${state.phase} + ${happening.type} → ${expected ?? 'unchanged'}`, () => {
        const next = nextAppState(state, happening);
        if (expected === undefined) expect(next).toBe(state);
        else expect(next.phase).toBe(expected);
      });
    }
  }

  test('details travel along', () => {
    expect(nextAppState(STATES.starting, { type: 'store-locked', by: 'keychain-changed' })).toEqual({
      phase: 'locked',
      by: 'keychain-changed',
    });
    expect(nextAppState(STATES.open, { type: 'account-changed', account })).toEqual({
      phase: 'open',
      account,
    });
  });
});

test('only changes are told', () => {
  const told: AppState['phase'][] = [];
  const holder = new AppStateHolder((state) => told.push(state.phase));
  holder.happen({ type: 'account-changed', account });
  holder.happen({ type: 'store-opened', account: null });
  holder.happen({ type: 'store-opened', account });
  expect(told).toEqual(['open']);
  expect(holder.state).toEqual({ phase: 'open', account: null });
});

import { describe, expect, test } from 'vitest';
import type { AccountView, AppState } from '../../../src-shared/contract/views.ts';
import { AppStateHolder } from '../../../src-main/shell/app-state/app-state.ts';
import { nextAppState, type Happening } from '../../../src-main/shell/app-state/transitions.ts';

const account = { username: 'ada' } as AccountView;
const error = { code: 'internal', message: 'first' } as const;

const STATES: Record<AppState['phase'], AppState> = {
  starting: { phase: 'starting' },
  new: { phase: 'new', protection: 'passphrase' },
  locked: { phase: 'locked', by: 'passphrase', recovery: 'possible', newProtection: 'passphrase' },
  failed: { phase: 'failed', error },
  open: { phase: 'open', account: null, protection: 'passphrase', recoveryKey: 'to-write-down' },
};
const HAPPENINGS: readonly Happening[] = [
  { type: 'store-absent', protection: 'keychain' },
  { type: 'store-locked', by: 'keychain-changed', recovery: 'none', newProtection: 'keychain' },
  { type: 'store-opened', account, protection: 'keychain', recoveryKey: 'confirmed' },
  { type: 'account-changed', account },
  { type: 'failed', error: { code: 'disk-full', message: 'second' } },
  { type: 'recovery-key-confirmed' },
  { type: 'retried' },
];

/** Which phase follows; the state itself stays where none is named. */
const FOLLOWS: Record<AppState['phase'], Partial<Record<Happening['type'], AppState['phase']>>> = {
  starting: { 'store-absent': 'new', 'store-locked': 'locked', 'store-opened': 'open', failed: 'failed' },
  new: { 'store-opened': 'open', failed: 'failed' },
  locked: { 'store-opened': 'open', failed: 'failed' },
  failed: { retried: 'starting' },
  open: { 'account-changed': 'open', 'recovery-key-confirmed': 'open', failed: 'failed' },
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
    const locked = { by: 'keychain-changed', recovery: 'none', newProtection: 'keychain' } as const;
    expect(nextAppState(STATES.starting, { type: 'store-locked', ...locked })).toEqual({
      phase: 'locked',
      ...locked,
    });
    expect(nextAppState(STATES.open, { type: 'account-changed', account })).toEqual({
      ...STATES.open,
      account,
    });
    const confirmed = nextAppState(STATES.open, { type: 'recovery-key-confirmed' });
    expect(confirmed).toEqual({ ...STATES.open, recoveryKey: 'confirmed' });
    expect(nextAppState(confirmed, { type: 'recovery-key-confirmed' })).toBe(confirmed);
  });
});

test('only changes are told', () => {
  const told: AppState['phase'][] = [];
  const holder = new AppStateHolder((state) => told.push(state.phase));
  holder.happen({ type: 'account-changed', account });
  const opened = { type: 'store-opened', protection: 'keychain', recoveryKey: 'confirmed' } as const;
  holder.happen({ ...opened, account: null });
  holder.happen({ ...opened, account });
  expect(told).toEqual(['open']);
  expect(holder.state).toEqual({
    phase: 'open',
    account: null,
    protection: 'keychain',
    recoveryKey: 'confirmed',
  });
});

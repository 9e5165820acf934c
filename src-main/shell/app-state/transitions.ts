/** Where the application stands, as rules: what may follow what. */
import type { AccountView, AppState, Protection } from '../../../src-shared/contract/views.ts';
import { assertNever, type SerializedError } from '../../../src-shared/errors.ts';

type Details<Phase extends AppState['phase']> = Omit<Extract<AppState, { phase: Phase }>, 'phase'>;

export type Happening =
  | { readonly type: 'store-absent'; readonly protection: Protection }
  | ({ readonly type: 'store-locked' } & Details<'locked'>)
  | ({ readonly type: 'store-opened' } & Details<'open'>)
  | { readonly type: 'recovery-key-confirmed' }
  | { readonly type: 'retried' }
  | { readonly type: 'account-changed'; readonly account: AccountView }
  | { readonly type: 'failed'; readonly error: SerializedError };

/** The state after a happening; the same object when it changes nothing, or comes out of turn. */
export function nextAppState(state: AppState, happening: Happening): AppState {
  switch (happening.type) {
    case 'store-absent':
      return state.phase === 'starting' ? { phase: 'new', protection: happening.protection } : state;
    case 'store-locked': {
      const { by, recovery, newProtection } = happening;
      return state.phase === 'starting' ? { phase: 'locked', by, recovery, newProtection } : state;
    }
    case 'store-opened': {
      const { account, protection, recoveryKey } = happening;
      return state.phase === 'failed' || state.phase === 'open'
        ? state
        : { phase: 'open', account, protection, recoveryKey };
    }
    case 'account-changed':
      return state.phase === 'open' ? { ...state, account: happening.account } : state;
    case 'recovery-key-confirmed':
      return state.phase === 'open' && state.recoveryKey === 'to-write-down'
        ? { ...state, recoveryKey: 'confirmed' }
        : state;
    case 'retried':
      return state.phase === 'failed' ? { phase: 'starting' } : state;
    case 'failed':
      // The first failure is the cause; what fails after it is its consequence.
      return state.phase === 'failed' ? state : { phase: 'failed', error: happening.error };
    default:
      return assertNever(happening);
  }
}

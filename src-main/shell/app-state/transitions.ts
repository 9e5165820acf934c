/** Where the application stands, as rules: what may follow what. */
import type { AccountView, AppState } from '../../../src-shared/contract/views.ts';
import { assertNever, type SerializedError } from '../../../src-shared/errors.ts';

export type Happening =
  | { readonly type: 'store-absent'; readonly protection: 'keychain' | 'passphrase' }
  | { readonly type: 'store-locked'; readonly by: 'passphrase' | 'keychain-changed' }
  | { readonly type: 'store-opened'; readonly account: AccountView | null }
  | { readonly type: 'account-changed'; readonly account: AccountView }
  | { readonly type: 'failed'; readonly error: SerializedError };

/** The state after a happening; the same object when it changes nothing, or comes out of turn. */
export function nextAppState(state: AppState, happening: Happening): AppState {
  switch (happening.type) {
    case 'store-absent':
      return state.phase === 'starting' ? { phase: 'new', protection: happening.protection } : state;
    case 'store-locked':
      return state.phase === 'starting' ? { phase: 'locked', by: happening.by } : state;
    case 'store-opened':
      return state.phase === 'failed' || state.phase === 'open'
        ? state
        : { phase: 'open', account: happening.account };
    case 'account-changed':
      return state.phase === 'open' ? { phase: 'open', account: happening.account } : state;
    case 'failed':
      // The first failure is the cause; what fails after it is its consequence.
      return state.phase === 'failed' ? state : { phase: 'failed', error: happening.error };
    default:
      return assertNever(happening);
  }
}

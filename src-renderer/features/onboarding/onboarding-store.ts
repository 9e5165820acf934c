/** What the person has typed so far. It outlives the making of the store and every refusal. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Protection } from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { Step } from './onboarding-rules.ts';

export interface OnboardingState {
  readonly step: Step;
  readonly displayName: string;
  /** Null as long as it follows from the name. */
  readonly typedUsername: string | null;
  readonly relay: string;
  /** The relay was started here. */
  readonly isHosting: boolean;
  /** Only here, only until the person has written it down. */
  readonly recoveryKey: string | null;
  /** While the store is being made: the app state may say `open` before the recovery key has come. */
  readonly creatingWith: Protection | null;
  readonly isBusy: boolean;
  /** Why the last attempt to register was refused. */
  readonly refusal: ErrorCode | null;
}

export type OnboardingStore = StoreApi<OnboardingState>;

export function createOnboardingStore(): OnboardingStore {
  return createStore<OnboardingState>(() => ({
    step: 'name',
    displayName: '',
    typedUsername: null,
    relay: '',
    isHosting: false,
    recoveryKey: null,
    creatingWith: null,
    isBusy: false,
    refusal: null,
  }));
}

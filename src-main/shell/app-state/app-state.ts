/** Holds the one `AppState` and tells of its changes. */
import type { AppState } from '../../../src-shared/contract/views.ts';
import { nextAppState, type Happening } from './transitions.ts';

export class AppStateHolder {
  #state: AppState = { phase: 'starting' };
  readonly #onChange: (state: AppState) => void;

  constructor(onChange: (state: AppState) => void) {
    this.#onChange = onChange;
  }

  get state(): AppState {
    return this.#state;
  }

  happen(happening: Happening): void {
    const next = nextAppState(this.#state, happening);
    if (next === this.#state) return;
    this.#state = next;
    this.#onChange(next);
  }
}

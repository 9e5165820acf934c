import type { KithBridge } from '../../src-shared/contract/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload script before the page's own script runs. */
    readonly kith: KithBridge;
  }
}

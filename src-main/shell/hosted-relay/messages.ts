/** What the shell and the relay's utility process say to each other. Plain data, structured clone. */
import type { SerializedError } from '../../../src-shared/errors.ts';

export type ToRelay =
  | {
      readonly type: 'start';
      readonly dataDirectory: string;
      /** Taken when it is free; any other one when it is not. */
      readonly preferredPort: number;
      /** Address of this computer in its network, for others to join; null when there is no network. */
      readonly sharedHost: string | null;
    }
  | { readonly type: 'stop' };

export type FromRelay =
  | { readonly type: 'running'; readonly port: number; readonly url: string; readonly joinLink: string }
  | { readonly type: 'failed'; readonly error: SerializedError };

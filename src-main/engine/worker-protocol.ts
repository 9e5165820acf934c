/** What the shell and the engine's worker thread say to each other. Plain data, structured clone. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { Answer } from '../../src-shared/contract/bridge.ts';
import type { SerializedError } from '../../src-shared/errors.ts';
import type { LogFields } from './log.ts';

export interface WorkerOptions {
  readonly dataFolder: string;
}

export type ToWorker =
  /** The key moves to the worker and is opened there; it is never written anywhere. */
  | { readonly type: 'open'; readonly key: Uint8Array }
  | { readonly type: 'request'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly type: 'network'; readonly state: 'up' | 'down' }
  | { readonly type: 'wake' }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'opened' }
  | { readonly type: 'open-failed'; readonly error: SerializedError }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'event'; readonly event: EngineEvent }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly event: string;
      readonly fields: LogFields;
    }
  | { readonly type: 'closed' };

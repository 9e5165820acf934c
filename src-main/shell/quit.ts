/** The way out: everything is brought to a safe point first, then the app really quits. */
import type { App } from 'electron';
import type { Logger } from '../engine/log.ts';
import { logFailure } from './logging/logger.ts';

export interface QuitParts {
  readonly app: App;
  readonly log: Logger;
  /** Brings everything to a safe point; bounded in time. */
  readonly shutDown: () => Promise<void>;
}

export interface Quit {
  /** True from the moment somebody decided to quit: windows close instead of hiding. */
  readonly isUnderWay: boolean;
}

export function orderlyQuit({ app, log, shutDown }: QuitParts): Quit {
  let phase: 'running' | 'shutting-down' | 'done' = 'running';
  app.on('before-quit', (event) => {
    if (phase === 'done') return;
    // Electron goes on at once unless it is told not to; it is asked again when all is safe.
    event.preventDefault();
    if (phase === 'shutting-down') return;
    phase = 'shutting-down';
    void shutDown()
      .catch(logFailure(log, 'shutdown.failed'))
      .finally(() => {
        phase = 'done';
        app.quit();
      });
  });
  return {
    get isUnderWay() {
      return phase !== 'running';
    },
  };
}

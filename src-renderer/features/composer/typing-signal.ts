/** Tells the other side that somebody is writing: seldom, and never for longer than it is true. */

/** Silence after which writing counts as stopped. */
const IDLE_MS = 5_000;
/** While writing goes on, the signal is renewed this often at most. */
const RENEW_MS = 4_000;

export interface TypingSignal {
  /** The text changed and is not empty. */
  readonly typed: () => void;
  /** Sent, emptied or left. */
  readonly stopped: () => void;
}

interface TypingParts {
  readonly send: (state: 'typing' | 'stopped') => void;
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly nowMs: () => number;
}

export function createTypingSignal({ send, after, nowMs }: TypingParts): TypingSignal {
  let lastSentMs: number | null = null;
  let cancelIdle: () => void = () => undefined;

  function stopped(): void {
    cancelIdle();
    if (lastSentMs === null) return;
    lastSentMs = null;
    send('stopped');
  }

  return {
    typed() {
      cancelIdle();
      cancelIdle = after(IDLE_MS, stopped);
      if (lastSentMs !== null && nowMs() - lastSentMs < RENEW_MS) return;
      lastSentMs = nowMs();
      send('typing');
    },
    stopped,
  };
}

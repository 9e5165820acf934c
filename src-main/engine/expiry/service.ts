/** Disappearing messages go when their time is up, by the relay's clock as this device knows it. */
import type { EngineContext } from '../context.ts';
import { forgetMessage } from '../messages/forget.ts';

/** One transaction's worth, well under a frame. */
const BATCH = 100;
/** Looks again at least this often: the clock may have been set meanwhile. */
const MAX_WAIT_MS = 60 * 60_000;

export class Expiry {
  readonly #context: EngineContext;
  #cancel: () => void = () => undefined;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Removes what is due and waits for the next. Call at start, and after a commit that brought messages. */
  run(): void {
    this.#cancel();
    const { store } = this.#context;
    const nowMs = this.#context.relayNowMs();
    const due = store.messages.expired(nowMs, BATCH);
    if (due.length > 0) {
      this.#context.transact((changes) => {
        for (const { messageId, conversation } of due) {
          forgetMessage(this.#context, changes, conversation, messageId);
        }
      });
    }
    const nextMs = store.messages.nextExpiryMs();
    if (nextMs === null) return;
    this.#cancel = this.#context.timers.after(Math.min(MAX_WAIT_MS, Math.max(0, nextMs - nowMs)), () => {
      this.run();
    });
  }

  stop(): void {
    this.#cancel();
  }
}

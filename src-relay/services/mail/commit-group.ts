import type { Clock, Timers } from '../../../src-shared/clock.ts';
import type { RelayLimits } from '../../limits.ts';
import { StorageError } from '../../storage/storage.ts';
import { AcknowledgementBuffer, commitDelayMs, groupLength, type PendingEnvelopes } from './commit-rules.ts';
import type { AcceptOutcome, MailAcknowledgement, MailEnvelope, MailStore, MailTerms } from './storage.ts';

interface Request extends PendingEnvelopes {
  readonly resolve: (outcomes: readonly AcceptOutcome[]) => void;
  readonly reject: (reason: unknown) => void;
}

export interface CommitGroupOptions {
  readonly limits: RelayLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Told after every commit that stored something: the storage works. */
  readonly onCommitted: () => void;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Gathers what arrives over all connections within a few milliseconds, or while a commit runs, into one
 * transaction: one disk flush for many senders. Keeps the order of arrival.
 */
export class CommitGroup {
  readonly #store: MailStore;
  readonly #options: CommitGroupOptions;
  readonly #acknowledgements = new AcknowledgementBuffer();
  #waiting: Request[] = [];
  #running: Promise<void> | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #cancelCommit: (() => void) | undefined;
  #cancelAcknowledgements: (() => void) | undefined;

  constructor(store: MailStore, options: CommitGroupOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Resolves after the durable commit, outcomes in the given order. Rejects when nothing was stored. The
   * commit includes every acknowledgement given before, so that no envelopes at all is a way to wait for
   * those.
   */
  submit(envelopes: readonly MailEnvelope[]): Promise<readonly AcceptOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ envelopes, resolve, reject });
      this.#schedule();
    });
  }

  /** Deletes with the next commit, or soon by itself. Losing it costs no more than a repeated delivery. */
  acknowledge(acknowledgement: MailAcknowledgement): void {
    this.#acknowledgements.add(acknowledgement);
    const { timers, limits } = this.#options;
    this.#cancelAcknowledgements ??= timers.after(limits.acknowledgementDelayMs, () => {
      this.#cancelAcknowledgements = undefined;
      this.#schedule();
    });
  }

  /** Commits everything that waits. Does not reject: each request gets its own answer. */
  async flush(): Promise<void> {
    await this.#running;
    do {
      await this.#run();
    } while (this.#waiting.length > 0);
  }

  /** Stops the timers; what was not flushed stays undone. */
  stop(): void {
    this.#cancelCommit?.();
    this.#cancelAcknowledgements?.();
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#cancelCommit !== undefined) return;
    const { clock, limits, timers } = this.#options;
    const delayMs = commitDelayMs(clock.monotonic(), this.#lastStartMs, limits.commitIntervalMs);
    const start = (): void => {
      this.#cancelCommit = undefined;
      void this.#run();
    };
    if (delayMs > 0) {
      this.#cancelCommit = timers.after(delayMs, start);
      return;
    }
    // After the event loop has read every socket that is ready: they all join this commit.
    const handle = setImmediate(start);
    this.#cancelCommit = () => {
      clearImmediate(handle);
    };
  }

  #run(): Promise<void> {
    this.#cancelCommit?.();
    this.#cancelCommit = undefined;
    this.#running ??= this.#commitNext().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#schedule();
    });
    return this.#running;
  }

  async #commitNext(): Promise<void> {
    const { limits, clock, onCommitted, onFailed } = this.#options;
    this.#lastStartMs = clock.monotonic();
    const group = this.#waiting.splice(0, groupLength(this.#waiting, limits));
    const acknowledgements = this.#acknowledgements.takeAll();
    if (group.length === 0 && acknowledgements.length === 0) return;
    try {
      await this.#commit(group, acknowledgements);
      // Without a write a commit proves nothing.
      if (group.some((request) => request.envelopes.length > 0)) onCommitted();
    } catch (error) {
      onFailed(error);
      // Kept for the next time: on a full disk these deletions are what makes room.
      for (const acknowledgement of acknowledgements) this.acknowledge(acknowledgement);
      if (error instanceof StorageError || group.length < 2) {
        for (const request of group) request.reject(error);
      } else {
        // A defect that one request brings out must not take its neighbours along, now and at every retry.
        await this.#commitOneByOne(group);
      }
    }
  }

  async #commit(group: readonly Request[], acknowledgements: readonly MailAcknowledgement[]): Promise<void> {
    const envelopes = group.flatMap((request) => request.envelopes);
    const outcomes = await this.#store.commit({ envelopes, acknowledgements }, this.#terms());
    let first = 0;
    for (const request of group) {
      request.resolve(outcomes.slice(first, first + request.envelopes.length));
      first += request.envelopes.length;
    }
  }

  async #commitOneByOne(group: readonly Request[]): Promise<void> {
    for (const request of group) {
      try {
        await this.#commit([request], []);
      } catch (error) {
        request.reject(error);
      }
    }
  }

  #terms(): MailTerms {
    const { limits, clock } = this.#options;
    return {
      nowMs: clock.now(),
      mailboxEnvelopes: limits.mailboxEnvelopes,
      mailboxBytes: limits.mailboxBytes,
    };
  }
}

import type { Readable } from 'node:stream';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { RelayLimits } from '../../limits.ts';
import { ErrorCode, Refusal } from '../refusal.ts';
import type { UploadKey } from './storage.ts';

interface Writing {
  readonly body: Readable;
  readonly ended: Promise<unknown>;
}

/** What is under way: one writer an upload, the newest one, and a bound for each account and for all. */
export class Transfers {
  readonly #limits: RelayLimits;
  readonly #writers = new Map<string, Writing>();
  readonly #perAccount = new Map<AccountId, number>();
  #total = 0;
  #stopped = false;

  constructor(limits: RelayLimits) {
    this.#limits = limits;
  }

  /** Counts one more transfer; returns what ends it. Throws `RATE_LIMITED`, `SHUTTING_DOWN`. */
  enter(accountId: AccountId): () => void {
    if (this.#stopped) {
      throw new Refusal(ErrorCode.SHUTTING_DOWN, 'The relay is stopping.', this.#limits.shuttingDownRetryMs);
    }
    const count = this.#perAccount.get(accountId) ?? 0;
    if (count >= this.#limits.mediaTransfersPerAccount || this.#total >= this.#limits.mediaTransfers) {
      throw new Refusal(
        ErrorCode.RATE_LIMITED,
        'Too many transfers at once.',
        this.#limits.mediaTransferRetryMs,
      );
    }
    this.#perAccount.set(accountId, count + 1);
    this.#total += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#total -= 1;
      const left = (this.#perAccount.get(accountId) ?? 1) - 1;
      if (left === 0) this.#perAccount.delete(accountId);
      else this.#perAccount.set(accountId, left);
    };
  }

  /** Runs `work` as the only writer of the upload. One before it is a connection that its device gave up. */
  async write<Result>(upload: UploadKey, body: Readable, work: () => Promise<Result>): Promise<Result> {
    const key = `${upload.accountId}/${upload.blobId}`;
    while (this.#writers.has(key)) await this.cutOff(upload);
    const leave = this.enter(upload.accountId);
    const result = work().finally(() => {
      this.#writers.delete(key);
      leave();
    });
    this.#writers.set(key, { body, ended: result.catch(() => undefined) });
    return result;
  }

  /** Ends whoever writes to the upload, and waits until that has ended. */
  async cutOff(upload: UploadKey): Promise<void> {
    const writing = this.#writers.get(`${upload.accountId}/${upload.blobId}`);
    if (writing === undefined) return;
    // A body that ended by itself is being completed; that is worth waiting for.
    if (!writing.body.readableEnded) writing.body.destroy(new Error('another connection took over'));
    await writing.ended;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { body } of this.#writers.values()) {
      if (!body.readableEnded) body.destroy(new Error('the relay is stopping'));
    }
    await Promise.all([...this.#writers.values()].map((writing) => writing.ended));
  }
}

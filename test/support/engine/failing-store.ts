/** A real store whose commits fail when a test wants them to, as they do on a full disk. */
import type { Sql, StoreDatabase } from '../../../src-main/engine/store/database.ts';
import { KithError } from '../../../src-shared/errors.ts';

export class FailingStore implements StoreDatabase {
  /** Commits that failed since the last `fail`. */
  failures = 0;
  readonly #inner: StoreDatabase;
  #error: Error | null = null;

  constructor(inner: StoreDatabase) {
    this.#inner = inner;
  }

  get write(): Sql {
    return this.#inner.write;
  }

  get read(): Sql {
    return this.#inner.read;
  }

  /** From now on every transaction does its work and then fails to commit it. */
  fail(error: Error = new KithError('disk-full', 'The disk is full.')): void {
    this.#error = error;
    this.failures = 0;
  }

  heal(): void {
    this.#error = null;
  }

  transaction<Result>(work: () => Result): Result {
    return this.#inner.transaction(() => {
      const result = work();
      if (this.#error !== null) {
        this.failures += 1;
        throw this.#error;
      }
      return result;
    });
  }

  truncateLog(): void {
    this.#inner.truncateLog();
  }

  close(): void {
    this.#inner.close();
  }
}

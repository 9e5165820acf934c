import type { Logger } from 'pino';
import { StorageError } from './storage/storage.ts';

export type HealthStatus = 'ok' | 'storage-full' | 'storage-failed' | 'stopping';

/** Whether the relay can do its work. Logs changes, not every failure: a full disk fails many times a second. */
export class Health {
  readonly #log: Logger;
  #status: HealthStatus = 'ok';

  constructor(log: Logger) {
    this.#log = log;
  }

  get status(): HealthStatus {
    return this.#status;
  }

  /** A transaction went through. */
  storageWorks(): void {
    if (this.#status === 'storage-full' || this.#status === 'storage-failed') this.#change('ok', undefined);
  }

  /** A transaction failed, or a defect was caught on the way to one. */
  storageFailed(error: unknown): void {
    if (this.#status === 'stopping') return;
    if (!(error instanceof StorageError)) {
      this.#log.error({ err: error }, 'a request or a commit failed');
      return;
    }
    this.#change(error.kind === 'full' ? 'storage-full' : 'storage-failed', error);
  }

  stopping(): void {
    this.#change('stopping', undefined);
  }

  #change(status: HealthStatus, error: StorageError | undefined): void {
    if (this.#status === status) return;
    this.#status = status;
    if (error === undefined) this.#log.info({ status }, 'health changed');
    else this.#log.error({ status, err: error }, 'health changed');
  }
}

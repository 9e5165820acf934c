import type { Clock, Timers } from '../../../src-shared/clock.ts';
import type { RelayLimits } from '../../limits.ts';
import type { BlobFiles, MediaIndex } from './storage.ts';

export interface UpkeepOptions {
  readonly index: MediaIndex;
  readonly files: BlobFiles;
  readonly limits: RelayLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Removes files that the index does not know: a crash lies between two steps of theirs. Call before the
 * relay listens.
 */
export async function removeOrphans({ index, files }: Pick<UpkeepOptions, 'index' | 'files'>): Promise<void> {
  for await (const upload of files.uploads()) {
    if ((await index.state(upload))?.kind !== 'open') await files.removeUpload(upload);
  }
  for await (const blobId of files.blobs()) {
    if ((await index.blobBytes(blobId)) === undefined) await files.removeBlob(blobId);
  }
}

/** Removes what has expired: small steps with pauses while there is any, then a long rest. */
export class MediaUpkeep {
  readonly #options: UpkeepOptions;
  #cancel: () => void;
  #stopped = false;
  #step: Promise<void> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#cancel = this.#after(options.limits.expiryPauseMs);
  }

  /** Resolves when no step runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#step;
  }

  #after(delayMs: number): () => void {
    return this.#options.timers.after(delayMs, () => {
      this.#step = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { index, files, limits, clock, onFailed } = this.#options;
    let pauseMs = limits.expiryIntervalMs;
    try {
      // First forgotten, then removed: a crash in between leaves an orphan, never a promise without a file.
      const expired = await index.expire(clock.now(), limits.expiryRows);
      // Either may have come back meanwhile.
      for (const upload of expired.uploads) {
        if ((await index.state(upload)) === undefined) await files.removeUpload(upload);
      }
      for (const blobId of expired.blobs) {
        if ((await index.blobBytes(blobId)) === undefined) await files.removeBlob(blobId);
      }
      const most = Math.max(expired.uploads.length, expired.blobs.length);
      if (most >= limits.expiryRows) pauseMs = limits.expiryPauseMs;
    } catch (error) {
      onFailed(error);
    }
    if (!this.#stopped) this.#cancel = this.#after(pauseMs);
  }
}

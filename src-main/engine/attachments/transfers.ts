/**
 * Moves files between this device and the relay: what is queued in the store, a few at a time, as long as
 * there is a connection. The store says what is to be done, the part on the disk or at the relay how far it
 * is; so nothing has to be remembered across a crash.
 */
import { open } from 'node:fs/promises';
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import { backoffDelayMs, SEND_RETRY_BASE_MS } from '../sync/backoff.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { isTransient } from '../sync/relay-errors.ts';
import { ciphertextBytes, damaged } from './file-format.ts';
import { diskErrors, type FileFolder } from './file-folder.ts';
import { MediaClient, type OnBytes } from './media-client.ts';
import { partName, type Direction, type StoredAttachment, type TransferState } from './repository.ts';
import { failMessage, leaveWhenUploaded } from './send.ts';

const MAX_AT_ONCE = 3;
/** Ten times a second is as often as a bar can be seen to move. */
const PROGRESS_INTERVAL_MS = 100;
const RETRY_CAP_MS = 60_000;

interface Running {
  readonly attachment: StoredAttachment;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

export class Transfers {
  readonly #context: EngineContext;
  readonly #folder: FileFolder;
  readonly #client: MediaClient;
  readonly #publish: (event: EngineEvent) => void;
  readonly #running = new Map<number, Running>();
  /** Rows that wait for another attempt. */
  readonly #waits = new Map<number, () => void>();
  readonly #failures = new Map<number, number>();
  #isOnline = false;

  constructor(
    context: EngineContext,
    folder: FileFolder,
    relayApi: RelayApi,
    publish: (event: EngineEvent) => void,
  ) {
    this.#context = context;
    this.#folder = folder;
    this.#client = new MediaClient(context, relayApi);
    this.#publish = publish;
  }

  setOnline(state: 'online' | 'offline'): void {
    this.#isOnline = state === 'online';
    for (const cancel of this.#waits.values()) cancel();
    this.#waits.clear();
    this.#failures.clear();
    if (this.#isOnline) this.wake();
    else for (const running of this.#running.values()) running.abort.abort();
  }

  /** There may be something to move. */
  wake(): void {
    if (!this.#isOnline || this.#running.size >= MAX_AT_ONCE) return;
    const blobs = new Set([...this.#running.values()].map(({ attachment }) => blobName(attachment)));
    for (const attachment of this.#context.store.attachments.waiting()) {
      if (this.#running.size >= MAX_AT_ONCE) return;
      if (this.#running.has(attachment.row) || this.#waits.has(attachment.row)) continue;
      // The same blob at once would only get into its own way; after the first there is nothing to send.
      if (blobs.has(blobName(attachment))) continue;
      blobs.add(blobName(attachment));
      this.#start(attachment);
    }
  }

  /** Ends what is under way for an attachment whose row said otherwise meanwhile. */
  async interrupt(row: number): Promise<void> {
    this.#waits.get(row)?.();
    this.#waits.delete(row);
    this.#failures.delete(row);
    const running = this.#running.get(row);
    running?.abort.abort();
    await running?.ended;
  }

  /** An upload that nobody wants any more frees its space at the relay; if that fails, its end of life does. */
  async abandonUpload(attachment: StoredAttachment): Promise<void> {
    if (!this.#isOnline) return;
    await this.#client.abandon(blobName(attachment), AbortSignal.timeout(10_000)).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.setOnline('offline');
    await Promise.all([...this.#running.values()].map((running) => running.ended));
    this.#client.close();
  }

  /** Tells how a transfer stands. Thumbnails come and go without a word. */
  tell(attachment: StoredAttachment, state: TransferState | 'running', bytes: number): void {
    const { messageId, direction, pointer, failure } = attachment;
    if (attachment.thumbnailOf !== null || messageId === null || direction === null) return;
    this.#publish({
      type: 'transfer',
      fileId: attachment.fileId,
      messageId,
      direction,
      state,
      bytes,
      size: pointer.sizeBytes,
      reason: failure,
    });
  }

  #start(attachment: StoredAttachment): void {
    const abort = new AbortController();
    const ended = this.#run(attachment, abort.signal)
      .catch((error: unknown) => {
        this.#failed(attachment, abort.signal, error);
      })
      .catch((error: unknown) => {
        // The store fails under us; the row still says what is to be done.
        this.#context.log.error('transfer.store-failed', errorFields(error));
        this.#waitFor(attachment.row, error);
      })
      .finally(() => {
        this.#running.delete(attachment.row);
        this.wake();
      });
    this.#running.set(attachment.row, { attachment, abort, ended });
  }

  async #run(attachment: StoredAttachment, signal: AbortSignal): Promise<void> {
    if (attachment.direction === 'up') await this.#upload(attachment, signal);
    else await this.#download(attachment, signal);
    this.#failures.delete(attachment.row);
  }

  async #upload(attachment: StoredAttachment, signal: AbortSignal): Promise<void> {
    const { attachments } = this.#context.store;
    const file = attachment.file === null ? null : attachments.file(attachment.file);
    if (file === null)
      throw new KithError('file-gone', 'The local copy of the file is gone. Attach it again.');
    const size = ciphertextBytes(file.pointer.sizeBytes);
    const path = this.#folder.path(file.name);
    await this.#client.upload(path, blobName(attachment), size, this.#progress(attachment), signal);
    this.#finish(attachment, 'up', () => undefined);
  }

  async #download(attachment: StoredAttachment, signal: AbortSignal): Promise<void> {
    const { attachments } = this.#context.store;
    const part = partName(attachment.fileId);
    const known = attachments.fileByDigest(attachment.pointer.digest);
    if (known === null) await this.#fetchWhole(attachment, part, signal);
    const name = this.#context.ids.fileId();
    if (known === null) await this.#folder.keep(part, name);
    const leftOver: string[] = [];
    this.#finish(attachment, 'down', () => {
      const nowMs = this.#context.clock.now();
      const here = attachments.fileByDigest(attachment.pointer.digest);
      if (here !== null) leftOver.push(name, part);
      attachments.setFile(
        attachment.row,
        here?.row ?? attachments.insertFile(name, attachment.pointer, nowMs),
      );
    });
    for (const file of leftOver) await this.#folder.remove(file);
  }

  /** Leaves a part that is the whole file, or nothing when it turned out to be another. */
  async #fetchWhole(attachment: StoredAttachment, part: string, signal: AbortSignal): Promise<void> {
    let resumedAt = 0;
    try {
      resumedAt = await this.#fetch(attachment, part, signal);
      await this.#folder.verify(part, attachment.pointer, signal);
    } catch (error) {
      if (!(error instanceof KithError) || error.code !== 'file-damaged') throw error;
      await this.#folder.remove(part);
      if (resumedAt === 0) throw error;
      // A crash of the whole machine may have lost bytes that were counted: once more from the start.
      throw new KithError('timed-out', 'The file did not come whole.', { cause: error });
    }
  }

  /** Appends to the part what the relay has beyond it; returns how much there was before. */
  async #fetch(attachment: StoredAttachment, part: string, signal: AbortSignal): Promise<number> {
    const size = ciphertextBytes(attachment.pointer.sizeBytes);
    const before = await this.#folder.bytes(part);
    const start = before > size ? 0 : before;
    const onBytes = this.#progress(attachment);
    onBytes(start);
    if (start === size) return start;
    const file = await diskErrors(open(this.#folder.path(part), start === 0 ? 'w' : 'a', 0o600));
    let position = start;
    try {
      for await (const chunk of this.#client.download(blobName(attachment), start, signal)) {
        position += chunk.length;
        if (position > size) throw damaged();
        await diskErrors(file.appendFile(chunk));
        onBytes(position);
      }
    } finally {
      await file.close();
    }
    if (position < size) throw new KithError('relay-unreachable', 'The file broke off on its way.');
    return start;
  }

  #finish(attachment: StoredAttachment, direction: Direction, work: () => void): void {
    this.#context.transact((changes) => {
      // Somebody may have cancelled it, or removed its message, at the last moment.
      if (this.#context.store.attachments.byRow(attachment.row) === null) return;
      this.#context.store.attachments.setTransfer(attachment.row, direction, 'done');
      work();
      this.#showMessage(changes, attachment);
      if (direction === 'up' && attachment.messageId !== null) {
        leaveWhenUploaded(this.#context, changes, attachment.messageId);
      }
    });
    this.tell(attachment, 'done', attachment.pointer.sizeBytes);
  }

  #failed(attachment: StoredAttachment, signal: AbortSignal, error: unknown): void {
    if (signal.aborted) return;
    const code = error instanceof KithError ? error.code : 'internal';
    this.#context.log.warn('transfer.failed', errorFields(error));
    const isFirst = !this.#failures.has(attachment.row);
    // A relay that lost bytes of an upload starts it over: that is worth one more attempt.
    const mayPass =
      isTransient(error) || (code === 'file-damaged' && attachment.direction === 'up' && isFirst);
    if (mayPass) {
      this.#waitFor(attachment.row, error);
      return;
    }
    const { attachments } = this.#context.store;
    const direction = attachment.direction ?? 'down';
    this.#context.transact((changes) => {
      if (attachments.byRow(attachment.row) === null) return;
      attachments.setTransfer(attachment.row, direction, 'failed', code);
      this.#showMessage(changes, attachment);
      if (direction === 'up' && attachment.messageId !== null) {
        failMessage(this.#context, changes, attachment.messageId, code);
      }
    });
    this.tell({ ...attachment, failure: code }, 'failed', 0);
  }

  #waitFor(row: number, error: unknown): void {
    const failures = (this.#failures.get(row) ?? 0) + 1;
    this.#failures.set(row, failures);
    if (!this.#isOnline) return;
    const range = { baseMs: SEND_RETRY_BASE_MS, capMs: RETRY_CAP_MS };
    const delayMs = backoffDelayMs(failures, range, (min, max) => this.#context.ids.random(min, max));
    const askedMs = error instanceof KithError ? (error.retryAfterMs ?? 0) : 0;
    const cancel = this.#context.timers.after(Math.max(delayMs, askedMs), () => {
      this.#waits.delete(row);
      this.wake();
    });
    this.#waits.set(row, cancel);
  }

  #showMessage(changes: Changes, { messageId }: StoredAttachment): void {
    const place = messageId === null ? null : this.#context.store.messages.place(messageId);
    if (messageId !== null && place !== null) changes.message(place.conversation, messageId);
  }

  #progress(attachment: StoredAttachment): OnBytes {
    let toldMs = -PROGRESS_INTERVAL_MS;
    const { sizeBytes } = attachment.pointer;
    return (bytes) => {
      const nowMs = this.#context.clock.monotonic();
      if (nowMs - toldMs < PROGRESS_INTERVAL_MS) return;
      toldMs = nowMs;
      // Of the ciphertext: as good as the plaintext's share for a bar, and never beyond its end.
      this.tell(attachment, 'running', Math.min(bytes, sizeBytes));
    };
  }
}

function blobName({ pointer }: StoredAttachment): string {
  return Buffer.from(pointer.blobId).toString('hex');
}

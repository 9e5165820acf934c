/** Where the relay keeps its state. A driver passes `test/support/relay/storage-conformance.ts`. */
import type { AccountStore } from '../services/accounts/storage.ts';
import type { MailStore } from '../services/mail/storage.ts';
import type { ObservedTime } from '../services/observed-time.ts';
import type { MediaIndex } from '../services/media/storage.ts';
import type { PreKeyStore } from '../services/pre-keys/storage.ts';

/** What is old enough to go. Positions are those of the order of acceptance. */
export interface ExpiryTerms {
  readonly mailBeforeOrder: number;
  readonly acceptedBeforeOrder: number;
  readonly takenPreKeysBeforeMs: number;
  /** Most rows of a kind to remove in one call. */
  readonly maxRows: number;
}

export interface ExpiryResult {
  /** Copies in mailboxes. */
  readonly mail: number;
  /** Remembered envelope ids. */
  readonly accepted: number;
  readonly takenPreKeys: number;
  /** `partial` when there may be more to remove. */
  readonly progress: 'complete' | 'partial';
}

export interface RelayStorage {
  readonly accounts: AccountStore;
  readonly preKeys: PreKeyStore;
  readonly mail: MailStore;
  readonly media: MediaIndex;
  /** This relay's stable name. */
  readonly relayName: string;
  /** Removes some of what is expired. Rejects with a `StorageError`. */
  expire(terms: ExpiryTerms): Promise<ExpiryResult>;
  /** What was saved last, null at first. Rejects with a `StorageError`. */
  observedTime(): Promise<ObservedTime | null>;
  /** Rejects with a `StorageError`. */
  saveObservedTime(time: ObservedTime): Promise<void>;
  /** Resolves when the store answers. Rejects with a `StorageError`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A transaction that did not happen: nothing of it is stored. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** `full`: space may return. `failed`: the disk or the file is broken. */
  readonly kind: 'full' | 'failed';

  constructor(kind: 'full' | 'failed', message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

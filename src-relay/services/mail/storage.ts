import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';

/** One ciphertext for one device. */
export interface MailCopy {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  /** The relay only carries it. */
  readonly type: relay.CiphertextType;
  /** `null` where the envelope's shared ciphertext is meant. */
  readonly ciphertext: Uint8Array | null;
}

export interface MailDestination {
  readonly accountId: AccountId;
  readonly devices: readonly MailCopy[];
  /** `named-devices`: the account may have others, and they are left out on purpose. */
  readonly coverage: 'all-devices' | 'named-devices';
}

/** A checked envelope. Its id stays in wire form: nothing but the index that finds repeats reads it. */
export interface MailEnvelope {
  readonly source: DeviceAddress;
  /** 16 bytes. */
  readonly envelopeId: Uint8Array;
  readonly destinations: readonly MailDestination[];
  readonly shared: Uint8Array | null;
  /** Bytes of all ciphertexts, the shared one once. */
  readonly sizeBytes: number;
}

/** How the devices named for one account differ from those it has. */
export interface DeviceDifference {
  readonly accountId: AccountId;
  readonly missing: readonly DeviceId[];
  readonly extra: readonly DeviceId[];
  readonly stale: readonly DeviceId[];
  readonly account: 'known' | 'unknown';
}

export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly order: number }
  /** Accepted before, in that order; nothing was stored again. */
  | { readonly kind: 'repeated'; readonly order: number }
  | { readonly kind: 'mismatched'; readonly accounts: readonly DeviceDifference[] }
  | { readonly kind: 'mailbox-full' };

/** Everything up to `upToSeq` is durable at the device. */
export interface MailAcknowledgement {
  readonly address: DeviceAddress;
  readonly upToSeq: number;
}

/** What shares one transaction. */
export interface MailBatch {
  readonly envelopes: readonly MailEnvelope[];
  readonly acknowledgements: readonly MailAcknowledgement[];
}

/** Bounds of one mailbox, and the time of a commit. */
export interface MailTerms {
  readonly nowMs: number;
  readonly mailboxEnvelopes: number;
  readonly mailboxBytes: number;
}

export interface StoredEnvelope {
  readonly seq: number;
  readonly envelopeId: Uint8Array;
  readonly source: MailSource;
  readonly type: relay.CiphertextType;
  readonly ciphertext: Uint8Array;
}

/** The sender as its mail names it. */
export interface MailSource {
  /** 16 bytes. */
  readonly accountId: Uint8Array;
  readonly deviceId: DeviceId;
  readonly username: string;
}

export interface PageBounds {
  readonly maxEnvelopes: number;
  /** Of ciphertext. The first envelope comes whatever its size, so that a page is never empty by size. */
  readonly maxBytes: number;
}

export interface MailboxSummary {
  readonly envelopes: number;
  readonly bytes: number;
  /** Highest position in the mailbox, 0 when it is empty. */
  readonly lastSeq: number;
  /** Position of the newest envelope ever accepted from this device, 0 before the first. */
  readonly lastAcceptedOrder: number;
}

/**
 * What a driver has to keep about mail. The position of an envelope in a mailbox (`seq`) is its position in
 * the order of acceptance. That order only grows: over restarts, and, because it contains the time, over
 * a restart from an older copy of the data.
 */
export interface MailStore {
  /**
   * Accepts envelopes in the given order and deletes what is acknowledged, in one durable transaction:
   * when the promise resolves all of it holds, when it rejects nothing of it does. An envelope is
   * accepted whole or not at all, by `compareDevices` and the terms; one that is refused does not
   * disturb the others. Rejects with a `StorageError`.
   */
  commit(batch: MailBatch, terms: MailTerms): Promise<readonly AcceptOutcome[]>;
  /** Mail after `afterSeq` in order. */
  page(address: DeviceAddress, afterSeq: number, bounds: PageBounds): Promise<readonly StoredEnvelope[]>;
  summary(address: DeviceAddress): Promise<MailboxSummary>;
  /** The position given last. */
  lastOrder(): Promise<number>;
}

import type { Clock } from '../../../src-shared/clock.ts';
import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { RelayLimits } from '../../limits.ts';
import { RateLimiter } from '../../rate/rate-limiter.ts';
import { ErrorCode, Refusal, requireRate } from '../refusal.ts';
import { storageRefusal } from '../storage-refusal.ts';
import type { CommitGroup } from './commit-group.ts';
import { parseEnvelope } from './parse.ts';
import type {
  AcceptOutcome,
  MailboxSummary,
  MailEnvelope,
  MailStore,
  PageBounds,
  StoredEnvelope,
} from './storage.ts';

/** Outcome of one envelope, in the order of the request. */
export interface SendOutcome {
  readonly envelopeId: Uint8Array;
  readonly outcome: Exclude<AcceptOutcome, { kind: 'mailbox-full' }> | Refusal;
}

/** Told of every copy that was newly stored. */
export type NewMail = (accountId: AccountId, deviceId: DeviceId) => void;

/** Accepts mail, hands it out, deletes what is acknowledged. */
export class MailService {
  readonly #store: MailStore;
  readonly #group: CommitGroup;
  readonly #limits: RelayLimits;
  readonly #copies: RateLimiter;
  readonly #bytes: RateLimiter;
  readonly #ephemerals: RateLimiter;
  readonly #onNewMail: NewMail;

  constructor(store: MailStore, group: CommitGroup, limits: RelayLimits, clock: Clock, onNewMail: NewMail) {
    this.#store = store;
    this.#group = group;
    this.#limits = limits;
    this.#onNewMail = onNewMail;
    this.#copies = new RateLimiter(
      { capacity: limits.sendCopiesBurst, tokensPerMs: limits.sendCopiesPerSecond / 1000 },
      clock,
      limits.bucketsRemembered,
    );
    this.#bytes = new RateLimiter(
      { capacity: limits.sendBytesBurst, tokensPerMs: limits.sendBytesPerSecond / 1000 },
      clock,
      limits.bucketsRemembered,
    );
    this.#ephemerals = new RateLimiter(
      { capacity: limits.ephemeralBurst, tokensPerMs: limits.ephemeralPerSecond / 1000 },
      clock,
      limits.bucketsRemembered,
    );
  }

  /**
   * Resolves after the durable commit. Throws `BAD_FRAME`, `BATCH_TOO_LARGE`, `RATE_LIMITED`,
   * `STORAGE_FULL` or `INTERNAL` for the request as a whole, in which case nothing of it is stored.
   */
  async send(source: DeviceAddress, message: relay.Send): Promise<readonly SendOutcome[]> {
    if (message.envelopes.length > this.#limits.envelopesPerSend) {
      const most = String(this.#limits.envelopesPerSend);
      throw new Refusal(ErrorCode.BATCH_TOO_LARGE, `A send holds at most ${most} envelopes.`);
    }
    const parsed = message.envelopes.map((envelope) => parseEnvelope(source, envelope, this.#limits));
    const envelopes = parsed.filter((entry): entry is MailEnvelope => !(entry instanceof Refusal));
    this.#requireSendRate(source, envelopes);
    const outcomes = envelopes.length === 0 ? [] : await this.#commit(envelopes);
    let next = 0;
    return parsed.map((entry, index) => {
      const envelopeId = message.envelopes[index]?.envelopeId ?? new Uint8Array();
      if (entry instanceof Refusal) return { envelopeId, outcome: entry };
      const outcome = outcomes[next];
      next += 1;
      if (outcome === undefined) throw new Error('the store answered too few envelopes');
      return { envelopeId, outcome: outcome.kind === 'mailbox-full' ? this.#mailboxFull() : outcome };
    });
  }

  /**
   * An envelope to be passed on at once or dropped. Returns `undefined` above the rate. Throws
   * `BAD_FRAME`, or `CIPHERTEXT_TOO_LARGE` or `BATCH_TOO_LARGE` as a stored envelope would.
   */
  admitEphemeral(source: DeviceAddress, envelope: relay.OutgoingEnvelope): MailEnvelope | undefined {
    const parsed = parseEnvelope(source, envelope, this.#limits);
    if (parsed instanceof Refusal) throw parsed;
    return this.#ephemerals.take(source.accountId) > 0 ? undefined : parsed;
  }

  acknowledge(address: DeviceAddress, upToSeq: number): void {
    this.#group.acknowledge({ address, upToSeq });
  }

  /**
   * Deletes what the device has had before, and tells what is left. A position beyond the newest one the
   * relay ever gave, as after a restart from an older copy with the clock set back, counts as the newest.
   */
  async resume(
    address: DeviceAddress,
    afterSeq: number,
  ): Promise<MailboxSummary & { readonly afterSeq: number }> {
    const known = Math.min(afterSeq, await this.#store.lastOrder());
    this.#group.acknowledge({ address, upToSeq: known });
    // A failure leaves that mail in place, to be skipped now and deleted later.
    await this.#group.submit([]).catch(() => undefined);
    return { ...(await this.#store.summary(address)), afterSeq: known };
  }

  page(address: DeviceAddress, afterSeq: number, bounds: PageBounds): Promise<readonly StoredEnvelope[]> {
    return this.#store.page(address, afterSeq, bounds);
  }

  summary(address: DeviceAddress): Promise<MailboxSummary> {
    return this.#store.summary(address);
  }

  #requireSendRate(source: DeviceAddress, envelopes: readonly MailEnvelope[]): void {
    let copies = 0;
    let bytes = 0;
    for (const envelope of envelopes) {
      for (const { devices } of envelope.destinations) copies += devices.length;
      bytes += envelope.sizeBytes;
    }
    requireRate(this.#copies.take(source.accountId, Math.max(copies, envelopes.length)), 'envelopes');
    requireRate(this.#bytes.take(source.accountId, bytes), 'bytes');
  }

  async #commit(envelopes: readonly MailEnvelope[]): Promise<readonly AcceptOutcome[]> {
    const outcomes = await this.#group.submit(envelopes).catch((error: unknown) => {
      throw storageRefusal(error, this.#limits);
    });
    for (const [index, envelope] of envelopes.entries()) {
      if (outcomes[index]?.kind === 'accepted') this.#announce(envelope);
    }
    return outcomes;
  }

  #announce(envelope: MailEnvelope): void {
    for (const { accountId, devices } of envelope.destinations) {
      for (const { deviceId } of devices) this.#onNewMail(accountId, deviceId);
    }
  }

  #mailboxFull(): Refusal {
    const waitMs = this.#limits.mailboxFullRetryMs;
    return new Refusal(ErrorCode.MAILBOX_FULL, 'The mailbox of a recipient is full.', waitMs);
  }
}

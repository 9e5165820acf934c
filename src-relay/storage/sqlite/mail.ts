import type { Database, Statement } from 'better-sqlite3';
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import { compareDevices } from '../../services/mail/device-match.ts';
import { nextOrder } from '../../services/mail/order.ts';
import type {
  AcceptOutcome,
  DeviceDifference,
  MailAcknowledgement,
  MailBatch,
  MailboxSummary,
  MailCopy,
  MailEnvelope,
  MailSource,
  MailStore,
  MailTerms,
  PageBounds,
  StoredEnvelope,
} from '../../services/mail/storage.ts';
import { mailboxNo, mailboxOwner, type AccountDirectory, type StoredAccount } from './directory.ts';
import { promised } from './errors.ts';
import type { MailRemoval } from './mail-removal.ts';
import { MailboxStatements, TouchedMailboxes } from './mailboxes.ts';

interface MailRow {
  seq: number;
  source_no: number;
  envelope_id: Buffer;
  type: relay.CiphertextType;
  size_bytes: number;
  ciphertext: Buffer;
}

/** A copy with the mailbox it goes to. */
interface AddressedCopy {
  readonly mailboxNo: number;
  readonly copy: MailCopy;
  readonly sizeBytes: number;
}

/** What one transaction carries from envelope to envelope. */
interface Commit {
  readonly terms: MailTerms;
  readonly mailboxes: TouchedMailboxes;
  lastOrder: number;
}

export class SqliteMail implements MailStore {
  readonly #database: Database;
  readonly #directory: AccountDirectory;
  readonly #removal: MailRemoval;
  readonly #mailboxes: MailboxStatements;
  readonly #selectOrder: Statement<[], number>;
  readonly #updateOrder: Statement<[number]>;
  readonly #findAccepted: Statement<[number, Uint8Array], number>;
  readonly #insertAccepted: Statement<[number, number, Uint8Array]>;
  readonly #insertMail: Statement<[number, number, number, Uint8Array, number, number, Uint8Array | null]>;
  readonly #insertShared: Statement<[number, number, Uint8Array]>;
  readonly #selectPage: Statement<[number, number, number], MailRow>;
  readonly #selectLast: Statement<[number], number | null>;

  constructor(database: Database, directory: AccountDirectory, removal: MailRemoval) {
    this.#database = database;
    this.#directory = directory;
    this.#removal = removal;
    this.#mailboxes = new MailboxStatements(database);
    this.#selectOrder = database.prepare<[], number>('SELECT last_order FROM relay_state').pluck();
    this.#updateOrder = database.prepare('UPDATE relay_state SET last_order = ?');
    this.#findAccepted = database
      .prepare<[number, Uint8Array], number>(
        'SELECT accepted_order FROM accepted WHERE source_no = ? AND envelope_id = ?',
      )
      .pluck();
    this.#insertAccepted = database.prepare('INSERT INTO accepted VALUES (?, ?, ?)');
    this.#insertMail = database.prepare('INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#insertShared = database.prepare('INSERT INTO shared_ciphertexts VALUES (?, ?, ?)');
    this.#selectPage = database.prepare(
      `SELECT seq, source_no, envelope_id, type, size_bytes, coalesce(mail.ciphertext, shared.ciphertext) AS ciphertext
       FROM mail LEFT JOIN shared_ciphertexts AS shared
         ON mail.ciphertext IS NULL AND shared.accepted_order = mail.seq
       WHERE mailbox_no = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#selectLast = database
      .prepare<[number], number | null>('SELECT max(seq) FROM mail WHERE mailbox_no = ?')
      .pluck();
  }

  commit(batch: MailBatch, terms: MailTerms): Promise<readonly AcceptOutcome[]> {
    const run = this.#database.transaction(() => {
      const before = this.#lastOrder();
      const commit: Commit = { terms, mailboxes: new TouchedMailboxes(this.#mailboxes), lastOrder: before };
      for (const acknowledgement of batch.acknowledgements) this.#acknowledge(commit, acknowledgement);
      const outcomes = batch.envelopes.map((envelope) => this.#accept(commit, envelope));
      // Without a write the transaction ends without touching the disk.
      if (commit.lastOrder > before) this.#updateOrder.run(commit.lastOrder);
      commit.mailboxes.write();
      return outcomes;
    });
    return promised(() => run.immediate());
  }

  page(address: DeviceAddress, afterSeq: number, bounds: PageBounds): Promise<readonly StoredEnvelope[]> {
    return promised(() => {
      const mailbox = this.#requireMailbox(address);
      const page: StoredEnvelope[] = [];
      let bytes = 0;
      for (const row of this.#selectPage.iterate(mailbox, afterSeq, bounds.maxEnvelopes)) {
        bytes += row.size_bytes;
        if (page.length > 0 && bytes > bounds.maxBytes) break;
        page.push({
          seq: row.seq,
          envelopeId: row.envelope_id,
          // The row's reader is in the loop; a look-up on the same connection is fine in SQLite.
          source: this.#source(row.source_no),
          type: row.type,
          ciphertext: row.ciphertext,
        });
      }
      return page;
    });
  }

  summary(address: DeviceAddress): Promise<MailboxSummary> {
    return promised(() => {
      const mailbox = this.#requireMailbox(address);
      const counters = this.#mailboxes.read(mailbox);
      return {
        envelopes: counters.pendingEnvelopes,
        bytes: counters.pendingBytes,
        lastSeq: this.#selectLast.get(mailbox) ?? 0,
        lastAcceptedOrder: counters.lastAcceptedOrder,
      };
    });
  }

  lastOrder(): Promise<number> {
    return promised(() => this.#lastOrder());
  }

  #lastOrder(): number {
    return this.#selectOrder.get() ?? 0;
  }

  #acknowledge(commit: Commit, { address, upToSeq }: MailAcknowledgement): void {
    const mailbox = this.#directory.mailbox(address);
    if (mailbox !== undefined)
      this.#removal.remove(mailbox, upToSeq, Number.MAX_SAFE_INTEGER, commit.mailboxes);
  }

  #accept(commit: Commit, envelope: MailEnvelope): AcceptOutcome {
    const sourceNo = this.#requireMailbox(envelope.source);
    const earlier = this.#findAccepted.get(sourceNo, envelope.envelopeId);
    if (earlier !== undefined) return { kind: 'repeated', order: earlier };

    const copies: AddressedCopy[] = [];
    const differences: DeviceDifference[] = [];
    const sharedBytes = envelope.shared?.length ?? 0;
    for (const destination of envelope.destinations) {
      const account = this.#directory.byId(destination.accountId);
      const difference = compareDevices(envelope.source, destination, account?.devices);
      if (difference !== undefined) differences.push(difference);
      else if (account !== undefined) addressCopies(account, destination.devices, sharedBytes, copies);
    }
    if (differences.length > 0) return { kind: 'mismatched', accounts: differences };
    if (!copies.every((copy) => hasRoom(commit, copy))) return { kind: 'mailbox-full' };

    const order = nextOrder(commit.lastOrder, commit.terms.nowMs);
    commit.lastOrder = order;
    this.#store(commit, envelope, order, sourceNo, copies);
    return { kind: 'accepted', order };
  }

  #store(
    commit: Commit,
    envelope: MailEnvelope,
    order: number,
    sourceNo: number,
    copies: readonly AddressedCopy[],
  ): void {
    const { envelopeId, shared } = envelope;
    this.#insertAccepted.run(order, sourceNo, envelopeId);
    let sharedCopies = 0;
    for (const { mailboxNo: mailbox, copy, sizeBytes } of copies) {
      this.#insertMail.run(mailbox, order, sourceNo, envelopeId, copy.type, sizeBytes, copy.ciphertext);
      if (copy.ciphertext === null) sharedCopies += 1;
      const counters = commit.mailboxes.get(mailbox);
      counters.pendingEnvelopes += 1;
      counters.pendingBytes += sizeBytes;
    }
    if (shared !== null && sharedCopies > 0) this.#insertShared.run(order, sharedCopies, shared);
    commit.mailboxes.get(sourceNo).lastAcceptedOrder = order;
  }

  #source(sourceNo: number): MailSource {
    const { accountNo, deviceId } = mailboxOwner(sourceNo);
    const account = this.#directory.byNumber(accountNo);
    if (account === undefined) throw new Error('mail of an account that does not exist');
    return { accountId: account.idBytes, deviceId, username: account.username };
  }

  #requireMailbox(address: DeviceAddress): number {
    const mailbox = this.#directory.mailbox(address);
    if (mailbox === undefined) throw new Error('mail of a device that does not exist');
    return mailbox;
  }
}

function addressCopies(
  account: StoredAccount,
  devices: readonly MailCopy[],
  sharedBytes: number,
  copies: AddressedCopy[],
): void {
  for (const copy of devices) {
    copies.push({
      mailboxNo: mailboxNo(account.accountNo, copy.deviceId),
      copy,
      sizeBytes: copy.ciphertext?.length ?? sharedBytes,
    });
  }
}

function hasRoom({ mailboxes, terms }: Commit, copy: AddressedCopy): boolean {
  const counters = mailboxes.get(copy.mailboxNo);
  return (
    counters.pendingEnvelopes < terms.mailboxEnvelopes &&
    counters.pendingBytes + copy.sizeBytes <= terms.mailboxBytes
  );
}

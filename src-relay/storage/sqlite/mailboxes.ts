import type { Database, Statement } from 'better-sqlite3';

export interface MailboxCounters {
  pendingEnvelopes: number;
  pendingBytes: number;
  lastAcceptedOrder: number;
}

interface MailboxRow {
  pending_envelopes: number;
  pending_bytes: number;
  last_accepted_order: number;
}

/**
 * Counters of the mailboxes that one transaction touches: read once, changed in memory, written once,
 * however many envelopes pass. Belongs to its transaction and is thrown away with it.
 */
export class TouchedMailboxes {
  readonly #statements: MailboxStatements;
  readonly #touched = new Map<number, MailboxCounters>();

  constructor(statements: MailboxStatements) {
    this.#statements = statements;
  }

  get(mailboxNo: number): MailboxCounters {
    const known = this.#touched.get(mailboxNo);
    if (known !== undefined) return known;
    const counters = this.#statements.read(mailboxNo);
    this.#touched.set(mailboxNo, counters);
    return counters;
  }

  write(): void {
    for (const [mailboxNo, counters] of this.#touched) this.#statements.write(mailboxNo, counters);
  }
}

export class MailboxStatements {
  readonly #select: Statement<[number], MailboxRow>;
  readonly #update: Statement<[number, number, number, number]>;

  constructor(database: Database) {
    this.#select = database.prepare(
      'SELECT pending_envelopes, pending_bytes, last_accepted_order FROM mailboxes WHERE mailbox_no = ?',
    );
    this.#update = database.prepare(
      'UPDATE mailboxes SET pending_envelopes = ?, pending_bytes = ?, last_accepted_order = ? WHERE mailbox_no = ?',
    );
  }

  /** Throws for a mailbox that does not exist: the caller found its device. */
  read(mailboxNo: number): MailboxCounters {
    const row = this.#select.get(mailboxNo);
    if (row === undefined) throw new Error('a device has no mailbox');
    return {
      pendingEnvelopes: row.pending_envelopes,
      pendingBytes: row.pending_bytes,
      lastAcceptedOrder: row.last_accepted_order,
    };
  }

  write(mailboxNo: number, counters: MailboxCounters): void {
    const { pendingEnvelopes, pendingBytes, lastAcceptedOrder } = counters;
    this.#update.run(pendingEnvelopes, pendingBytes, lastAcceptedOrder, mailboxNo);
  }
}

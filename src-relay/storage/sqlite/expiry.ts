import type { Database, Statement } from 'better-sqlite3';
import type { ExpiryResult, ExpiryTerms } from '../storage.ts';
import type { MailRemoval } from './mail-removal.ts';
import { MailboxStatements, TouchedMailboxes } from './mailboxes.ts';

/** Mailboxes looked at in one step: a seek each. */
const MAILBOXES_PER_STEP = 200;

/** Removes what is too old, a bounded step at a time. Mail is walked mailbox by mailbox: no index by time. */
export class SqliteExpiry {
  readonly #removal: MailRemoval;
  readonly #mailboxes: MailboxStatements;
  readonly #nextMailboxes: Statement<[number, number], number>;
  readonly #deleteAccepted: Statement<[number, number]>;
  readonly #deleteTaken: Statement<[number, number]>;
  readonly #step: (terms: ExpiryTerms) => ExpiryResult;
  #walkedTo = -1;

  constructor(database: Database, removal: MailRemoval) {
    this.#removal = removal;
    this.#mailboxes = new MailboxStatements(database);
    this.#nextMailboxes = database
      .prepare<[number, number], number>(
        'SELECT mailbox_no FROM mailboxes WHERE mailbox_no > ? ORDER BY mailbox_no LIMIT ?',
      )
      .pluck();
    this.#deleteAccepted = database.prepare(
      `DELETE FROM accepted WHERE accepted_order IN
         (SELECT accepted_order FROM accepted WHERE accepted_order < ? ORDER BY accepted_order LIMIT ?)`,
    );
    this.#deleteTaken = database.prepare(
      `DELETE FROM taken_pre_keys WHERE (mailbox_no, key_digest) IN
         (SELECT mailbox_no, key_digest FROM taken_pre_keys WHERE taken_ms < ? ORDER BY taken_ms LIMIT ?)`,
    );
    const run = database.transaction((terms: ExpiryTerms) => this.#within(terms));
    this.#step = (terms) => run.immediate(terms);
  }

  /** One step in one transaction. `complete` when the walk over all mailboxes ended and nothing is left. */
  step(terms: ExpiryTerms): ExpiryResult {
    return this.#step(terms);
  }

  #within(terms: ExpiryTerms): ExpiryResult {
    const walk = this.#expireMail(terms);
    const accepted = this.#deleteAccepted.run(terms.acceptedBeforeOrder, terms.maxRows).changes;
    const takenPreKeys = this.#deleteTaken.run(terms.takenPreKeysBeforeMs, terms.maxRows).changes;
    const done = walk.done && accepted < terms.maxRows && takenPreKeys < terms.maxRows;
    return { mail: walk.removed, accepted, takenPreKeys, progress: done ? 'complete' : 'partial' };
  }

  #expireMail(terms: ExpiryTerms): { readonly removed: number; readonly done: boolean } {
    const touched = new TouchedMailboxes(this.#mailboxes);
    const mailboxes = this.#nextMailboxes.all(this.#walkedTo, MAILBOXES_PER_STEP);
    let removed = 0;
    for (const mailboxNo of mailboxes) {
      removed += this.#removal.remove(mailboxNo, terms.mailBeforeOrder - 1, terms.maxRows - removed, touched);
      if (removed >= terms.maxRows) break;
      this.#walkedTo = mailboxNo;
    }
    touched.write();
    const done = mailboxes.length < MAILBOXES_PER_STEP && removed < terms.maxRows;
    if (done) this.#walkedTo = -1;
    return { removed, done };
  }
}

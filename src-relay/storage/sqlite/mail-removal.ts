import type { Database, Statement } from 'better-sqlite3';
import type { TouchedMailboxes } from './mailboxes.ts';

interface RemovalRow {
  envelopes: number;
  bytes: number;
  shared: number;
  last_seq: number | null;
}

/** Removes mail from the front of a mailbox: acknowledged, or too old. */
export class MailRemoval {
  readonly #measure: Statement<[number, number, number], RemovalRow>;
  readonly #releaseShared: Statement<[number, number]>;
  readonly #dropReleased: Statement<[number, number]>;
  readonly #delete: Statement<[number, number]>;

  constructor(database: Database) {
    this.#measure = database.prepare(
      `SELECT count(*) AS envelopes, coalesce(sum(size_bytes), 0) AS bytes,
         coalesce(sum(ciphertext IS NULL), 0) AS shared, max(seq) AS last_seq
       FROM (SELECT seq, size_bytes, ciphertext FROM mail WHERE mailbox_no = ? AND seq <= ? ORDER BY seq LIMIT ?)`,
    );
    const sharedOf = 'SELECT seq FROM mail WHERE mailbox_no = ? AND seq <= ? AND ciphertext IS NULL';
    this.#releaseShared = database.prepare(
      `UPDATE shared_ciphertexts SET copies_left = copies_left - 1 WHERE accepted_order IN (${sharedOf})`,
    );
    this.#dropReleased = database.prepare(
      `DELETE FROM shared_ciphertexts WHERE accepted_order IN (${sharedOf}) AND copies_left <= 0`,
    );
    this.#delete = database.prepare('DELETE FROM mail WHERE mailbox_no = ? AND seq <= ?');
  }

  /** Removes at most `maxRows` of what is at or before `upToSeq`; returns how many. Within a transaction. */
  remove(mailboxNo: number, upToSeq: number, maxRows: number, mailboxes: TouchedMailboxes): number {
    const found = this.#measure.get(mailboxNo, upToSeq, maxRows);
    if (found === undefined || found.last_seq === null) return 0;
    if (found.shared > 0) {
      this.#releaseShared.run(mailboxNo, found.last_seq);
      this.#dropReleased.run(mailboxNo, found.last_seq);
    }
    this.#delete.run(mailboxNo, found.last_seq);
    const counters = mailboxes.get(mailboxNo);
    counters.pendingEnvelopes -= found.envelopes;
    counters.pendingBytes -= found.bytes;
    return found.envelopes;
  }
}

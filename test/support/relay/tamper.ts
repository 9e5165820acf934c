/** What a hostile or broken relay could do to its own database, done to a relay that is not running. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

export function tamper(dataDirectory: string, change: (db: Database.Database) => void): void {
  const db = new Database(join(dataDirectory, 'relay.db'));
  try {
    change(db);
  } finally {
    db.close();
  }
}

/** Flips a byte in the middle of every waiting ciphertext. */
export function corruptMail(dataDirectory: string): void {
  tamper(dataDirectory, (db) => {
    const rows = db
      .prepare<[], { mailbox_no: number; seq: number; ciphertext: Buffer }>(
        'SELECT mailbox_no, seq, ciphertext FROM mail',
      )
      .all();
    for (const row of rows) {
      const broken = Buffer.from(row.ciphertext);
      const middle = Math.floor(broken.length * 0.8);
      broken[middle] = (broken[middle] ?? 0) ^ 0xff;
      db.prepare('UPDATE mail SET ciphertext = ? WHERE mailbox_no = ? AND seq = ?').run(
        broken,
        row.mailbox_no,
        row.seq,
      );
    }
  });
}

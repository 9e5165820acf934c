/** People this account knows of: anybody looked up or heard from. */
import type { AccountId } from '../../../src-shared/ids.ts';
import type { HybridTime } from '../crypto/hybrid-clock.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export interface Contact {
  readonly accountId: AccountId;
  readonly username: string;
  /** Empty until the contact told one. */
  readonly displayName: string;
  readonly profileSentVersion: number;
}

export type ContactRepository = ReturnType<typeof contactRepository>;

export function contactRepository(sql: Sql) {
  const columns = `account_id AS accountId, username, display_name AS displayName,
                   profile_sent_version AS profileSentVersion`;
  const get = sql.prepare<[Blob], Omit<Contact, 'accountId'>>(
    `SELECT ${columns} FROM contacts WHERE account_id = ?`,
  );
  const byUsername = sql.prepare<[string], Omit<Contact, 'accountId'> & { accountId: Blob }>(
    `SELECT ${columns} FROM contacts WHERE username = ?`,
  );
  const upsert = sql.prepare<[Blob, string]>(
    `INSERT INTO contacts (account_id, username) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET username = excluded.username WHERE username <> excluded.username`,
  );
  const setProfile = sql.prepare<[string, number, number, Blob, number, number]>(
    `UPDATE contacts SET display_name = ?, profile_hlc_ms = ?, profile_hlc_counter = ?
     WHERE account_id = ? AND (profile_hlc_ms, profile_hlc_counter) < (?, ?)`,
  );
  const setProfileSent = sql.prepare<[number, Blob]>(
    'UPDATE contacts SET profile_sent_version = ? WHERE account_id = ?',
  );

  return {
    get(accountId: AccountId): Contact | null {
      const row = get.get(blob(accountId));
      return row === undefined ? null : { ...row, accountId };
    },
    byUsername(username: string): Contact | null {
      const row = byUsername.get(username);
      return row === undefined ? null : { ...row, accountId: fromBlob<AccountId>(row.accountId) };
    },
    /**
     * A username stays with the account it was first seen with, like a key: a relay that gives a known
     * name to somebody else must not turn our messages to them. The newcomer's name says so.
     */
    remember(accountId: AccountId, username: string): void {
      const holder = byUsername.get(username);
      const isTaken = holder !== undefined && fromBlob<AccountId>(holder.accountId) !== accountId;
      upsert.run(blob(accountId), isTaken ? `${username} (another account)` : username);
    },
    /** The newest profile wins. Returns true when this was it. */
    setProfile(accountId: AccountId, displayName: string, time: HybridTime): boolean {
      return (
        setProfile.run(displayName, time.ms, time.counter, blob(accountId), time.ms, time.counter).changes > 0
      );
    },
    setProfileSentVersion(accountId: AccountId, version: number): void {
      setProfileSent.run(version, blob(accountId));
    },
  };
}

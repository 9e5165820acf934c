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
  // A username belongs to one account at a time: an earlier holder keeps a name nobody can address.
  const release = sql.prepare<[string, Blob]>(
    `UPDATE contacts SET username = username || ' (former)' WHERE username = ? AND account_id <> ?`,
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
    /** Returns true when something changed. */
    remember(accountId: AccountId, username: string): boolean {
      const changed = upsert.run(blob(accountId), username).changes > 0;
      if (changed) release.run(username, blob(accountId));
      return changed;
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

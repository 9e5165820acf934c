/**
 * Numbers that rows refer to:
 * - `account_no`: this database's short number of an account.
 * - `mailbox_no`: `account_no` × 128 + device id; all devices of an account are one range.
 * - `seq`, `accepted_order`: the order of acceptance (services/mail/order.ts).
 *
 * Mail is clustered by mailbox, so that a drain reads neighbouring pages, and carries what its delivery
 * needs, so that neither delivery nor deletion touches `accepted`. Counters live apart from `devices`:
 * every commit rewrites them, and a device's row holds two kilobytes of keys.
 */
export const INITIAL_SCHEMA = `
CREATE TABLE relay_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  relay_name TEXT NOT NULL,
  last_order INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
  account_no INTEGER PRIMARY KEY,
  account_id BLOB NOT NULL UNIQUE,
  username TEXT NOT NULL UNIQUE,
  identity_key BLOB NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
  mailbox_no INTEGER PRIMARY KEY,
  registration_id INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  signed_id INTEGER NOT NULL,
  signed_key BLOB NOT NULL,
  signed_signature BLOB NOT NULL,
  last_resort_id INTEGER NOT NULL,
  last_resort_key BLOB NOT NULL,
  last_resort_signature BLOB NOT NULL
) STRICT;

CREATE TABLE one_time_pre_keys (
  mailbox_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  key_id INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  signature BLOB,
  PRIMARY KEY (mailbox_no, kind, key_id)
) STRICT;

CREATE TABLE taken_pre_keys (
  mailbox_no INTEGER NOT NULL,
  key_digest BLOB NOT NULL,
  taken_ms INTEGER NOT NULL,
  PRIMARY KEY (mailbox_no, key_digest)
) STRICT, WITHOUT ROWID;

CREATE INDEX taken_pre_keys_by_time ON taken_pre_keys (taken_ms);

CREATE TABLE mailboxes (
  mailbox_no INTEGER PRIMARY KEY,
  pending_envelopes INTEGER NOT NULL,
  pending_bytes INTEGER NOT NULL,
  last_accepted_order INTEGER NOT NULL
) STRICT;

CREATE TABLE accepted (
  accepted_order INTEGER PRIMARY KEY,
  source_no INTEGER NOT NULL,
  envelope_id BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX accepted_by_id ON accepted (source_no, envelope_id);

CREATE TABLE mail (
  mailbox_no INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  source_no INTEGER NOT NULL,
  envelope_id BLOB NOT NULL,
  type INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  ciphertext BLOB,
  PRIMARY KEY (mailbox_no, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE shared_ciphertexts (
  accepted_order INTEGER PRIMARY KEY,
  copies_left INTEGER NOT NULL,
  ciphertext BLOB NOT NULL
) STRICT;
`;

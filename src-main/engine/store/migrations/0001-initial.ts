/**
 * The first schema. Ids are 16-byte blobs, times are Unix milliseconds, orders are the relay's order of
 * acceptance. Rows of `messages` are numbered in the order they came to this device.
 */
export const initial = `
CREATE TABLE account (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  registration_id INTEGER NOT NULL,
  identity_private_key BLOB NOT NULL,
  identity_public_key BLOB NOT NULL,
  username TEXT NOT NULL,
  display_name TEXT NOT NULL,
  -- Grows with every change of the display name; contacts are told when they know an older one.
  profile_version INTEGER NOT NULL DEFAULT 1,
  relay_url TEXT NOT NULL,
  relay_name TEXT,
  -- 'pending' until the relay has answered: repeating a registration with the same keys is harmless.
  state TEXT NOT NULL CHECK (state IN ('pending', 'registered')),
  own_device_ids TEXT NOT NULL DEFAULT '[]',
  mailbox_seq INTEGER NOT NULL DEFAULT 0,
  hlc_ms INTEGER NOT NULL DEFAULT 0,
  hlc_counter INTEGER NOT NULL DEFAULT 0,
  relay_clock_offset_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
  account_id BLOB PRIMARY KEY,
  public_key BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unverified', 'verified', 'changed')),
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  registration_id INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (account_id, device_id)
) STRICT, WITHOUT ROWID;

-- Key ids are handed out once and never again, also after the key is gone.
CREATE TABLE key_counters (
  kind TEXT PRIMARY KEY CHECK (kind IN ('pre-key', 'signed-pre-key', 'kyber-pre-key')),
  next_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pre_keys (
  key_id INTEGER PRIMARY KEY,
  record BLOB NOT NULL
) STRICT;

CREATE TABLE signed_pre_keys (
  key_id INTEGER PRIMARY KEY,
  record BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE kyber_pre_keys (
  key_id INTEGER PRIMARY KEY,
  record BLOB NOT NULL,
  is_last_resort INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

-- A last-resort key may serve many sessions, but the same first message only once.
CREATE TABLE kyber_pre_key_uses (
  key_id INTEGER NOT NULL,
  signed_pre_key_id INTEGER NOT NULL,
  base_key BLOB NOT NULL,
  PRIMARY KEY (key_id, signed_pre_key_id, base_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
  account_id BLOB PRIMARY KEY,
  username TEXT NOT NULL,
  display_name TEXT NOT NULL DEFAULT '',
  profile_hlc_ms INTEGER NOT NULL DEFAULT 0,
  profile_hlc_counter INTEGER NOT NULL DEFAULT 0,
  -- Version of our own profile this contact was last sent.
  profile_sent_version INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_username ON contacts (username);

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  room_id BLOB NOT NULL UNIQUE,
  peer_account_id BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'request', 'blocked')),
  is_pinned INTEGER NOT NULL DEFAULT 0,
  is_muted INTEGER NOT NULL DEFAULT 0,
  draft TEXT NOT NULL DEFAULT '',
  last_activity_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  message_id BLOB NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  author_account_id BLOB NOT NULL,
  author_device_id INTEGER NOT NULL,
  is_own INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('text', 'notice')),
  -- The text, or the notice as JSON.
  body TEXT NOT NULL,
  sent_at_ms INTEGER NOT NULL,
  -- Sorts the conversation: the relay's order of acceptance, or a place after all of them while pending.
  display_order INTEGER NOT NULL,
  accepted_order INTEGER,
  received_at_ms INTEGER,
  is_unread INTEGER NOT NULL DEFAULT 0,
  delivery TEXT CHECK (delivery IN ('queued', 'encrypted', 'accepted', 'delivered', 'read', 'failed')),
  failure TEXT,
  delivered_at_ms INTEGER,
  read_at_ms INTEGER,
  -- Null for notices, which nobody signed.
  signature_verdict TEXT,
  chain_verdict TEXT,
  clock_verdict TEXT,
  -- The exact bytes that were signed, so that a message can be verified again at rest. Null for notices.
  content BLOB,
  signature BLOB
) STRICT;
CREATE INDEX messages_by_order ON messages (conversation, display_order, id);
CREATE INDEX messages_unread ON messages (conversation, display_order, id) WHERE is_unread = 1;

CREATE TABLE chains (
  conversation INTEGER NOT NULL,
  author_account_id BLOB NOT NULL,
  author_device_id INTEGER NOT NULL,
  chain_index INTEGER NOT NULL,
  content_hash BLOB NOT NULL,
  PRIMARY KEY (conversation, author_account_id, author_device_id)
) STRICT, WITHOUT ROWID;

-- Contents that wait to be encrypted, in sending order. A row leaves when its envelope is accepted.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  audience TEXT NOT NULL CHECK (audience IN ('everyone', 'peer', 'own-devices')),
  -- Null for contents that are no message of the conversation.
  message_id BLOB,
  content BLOB NOT NULL,
  signature BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL,
  envelope_id BLOB
) STRICT;
CREATE INDEX outbox_by_conversation ON outbox (conversation, id);
CREATE INDEX outbox_by_envelope ON outbox (envelope_id) WHERE envelope_id IS NOT NULL;

CREATE TABLE receipts_due (
  message_id BLOB NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('delivered', 'read')),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  envelope_id BLOB,
  PRIMARY KEY (message_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_due_by_conversation ON receipts_due (conversation) WHERE envelope_id IS NULL;
CREATE INDEX receipts_due_by_envelope ON receipts_due (envelope_id) WHERE envelope_id IS NOT NULL;

-- What was or will be sent. The batch stays for a while after acceptance, for those who could not read it.
CREATE TABLE envelopes (
  envelope_id BLOB PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  audience TEXT NOT NULL,
  -- Set for an answer to one device that could not read an earlier envelope.
  target_account_id BLOB,
  target_device_id INTEGER,
  state TEXT NOT NULL CHECK (state IN ('pending', 'accepted')),
  batch BLOB NOT NULL,
  resend_of BLOB,
  created_at_ms INTEGER NOT NULL,
  accepted_order INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX envelopes_to_send ON envelopes (conversation, created_at_ms) WHERE state = 'pending';
CREATE INDEX envelopes_by_order ON envelopes (accepted_order) WHERE accepted_order IS NOT NULL;
CREATE INDEX envelopes_by_age ON envelopes (created_at_ms);

CREATE TABLE ciphertexts (
  envelope_id BLOB NOT NULL REFERENCES envelopes (envelope_id) ON DELETE CASCADE,
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  registration_id INTEGER NOT NULL,
  type INTEGER NOT NULL,
  ciphertext BLOB NOT NULL,
  PRIMARY KEY (envelope_id, account_id, device_id)
) STRICT, WITHOUT ROWID;

-- How often an envelope was encrypted again for a device that asked.
CREATE TABLE resends (
  envelope_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (envelope_id, account_id, device_id)
) STRICT, WITHOUT ROWID;

-- Envelopes that could not be read, with what was done about each.
CREATE TABLE parked (
  id INTEGER PRIMARY KEY,
  envelope_id BLOB NOT NULL,
  source_account_id BLOB NOT NULL,
  source_device_id INTEGER NOT NULL,
  type INTEGER NOT NULL,
  ciphertext BLOB NOT NULL,
  cause TEXT NOT NULL,
  accepted_order INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'recovered', 'given-up')),
  requests INTEGER NOT NULL DEFAULT 0,
  next_request_at_ms INTEGER,
  notice_message_id BLOB,
  UNIQUE (source_account_id, source_device_id, envelope_id)
) STRICT;
CREATE INDEX parked_waiting ON parked (next_request_at_ms) WHERE outcome = 'waiting';
`;

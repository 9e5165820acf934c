/** Rooms of several people: conversations without a single other side, their state, and sender keys. */
export const rooms = `
CREATE TABLE conversations_of_all_kinds (
  id INTEGER PRIMARY KEY,
  room_id BLOB NOT NULL UNIQUE,
  -- The other side; null for a room of several.
  peer_account_id BLOB UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'request', 'blocked', 'left')),
  is_pinned INTEGER NOT NULL DEFAULT 0,
  is_muted INTEGER NOT NULL DEFAULT 0,
  last_activity_ms INTEGER NOT NULL,
  timer_s INTEGER NOT NULL DEFAULT 0,
  timer_stamp TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO conversations_of_all_kinds
  SELECT id, room_id, peer_account_id, state, is_pinned, is_muted, last_activity_ms, timer_s, timer_stamp
  FROM conversations;
DROP TABLE conversations;
ALTER TABLE conversations_of_all_kinds RENAME TO conversations;

CREATE TABLE rooms (
  conversation INTEGER PRIMARY KEY REFERENCES conversations (id),
  -- Serialized RoomState.
  state BLOB NOT NULL
) STRICT;

-- From which revision on each secret holds.
CREATE TABLE room_secrets (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  from_revision INTEGER NOT NULL,
  secret BLOB NOT NULL,
  -- Others may tell anything: a secret counts once the relay has honoured it.
  is_proven INTEGER NOT NULL,
  PRIMARY KEY (conversation, from_revision, secret)
) STRICT, WITHOUT ROWID;

-- Who was what, from one place in the relay's order of acceptance up to another.
CREATE TABLE room_terms (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  account_id BLOB NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('member', 'admin', 'owner')),
  from_order INTEGER NOT NULL,
  -- Null while it lasts.
  until_order INTEGER,
  PRIMARY KEY (conversation, account_id, from_order)
) STRICT, WITHOUT ROWID;

-- Contents of rooms this device does not know yet, or from authors it does not know as members yet.
CREATE TABLE early_contents (
  id INTEGER PRIMARY KEY,
  room_id BLOB NOT NULL,
  author_account_id BLOB NOT NULL,
  author_device_id INTEGER NOT NULL,
  accepted_order INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  content BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;
CREATE INDEX early_contents_by_room ON early_contents (room_id, id);

CREATE TABLE sender_keys (
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  distribution_id TEXT NOT NULL,
  record BLOB NOT NULL,
  stored_at_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, device_id, distribution_id)
) STRICT, WITHOUT ROWID;

-- The sender key this device writes with in a room now.
CREATE TABLE own_sender_keys (
  conversation INTEGER PRIMARY KEY REFERENCES conversations (id),
  distribution_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  messages INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Devices that have been sent that key.
CREATE TABLE sender_key_shares (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  account_id BLOB NOT NULL,
  device_id INTEGER NOT NULL,
  registration_id INTEGER NOT NULL,
  PRIMARY KEY (conversation, account_id, device_id)
) STRICT, WITHOUT ROWID;

-- Accounts a queued content or an envelope is for, 16 bytes each, where its audience does not say.
ALTER TABLE outbox ADD COLUMN recipients BLOB;
ALTER TABLE envelopes ADD COLUMN recipients BLOB;
-- One ciphertext for all: made with a sender key.
ALTER TABLE envelopes ADD COLUMN shared_ciphertext BLOB;

-- In a room a receipt goes to the author alone; null is the other side of a direct conversation.
ALTER TABLE receipts_due ADD COLUMN author_account_id BLOB;

DROP INDEX messages_by_chain;
CREATE INDEX messages_by_chain
  ON messages (conversation, author_account_id, author_device_id, chain_epoch, chain_index)
  WHERE chain_index IS NOT NULL;

-- How far a message of ours has come with each of those it was for.
CREATE TABLE deliveries (
  message_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  delivered_at_ms INTEGER,
  read_at_ms INTEGER,
  PRIMARY KEY (message_id, account_id)
) STRICT, WITHOUT ROWID;
`;

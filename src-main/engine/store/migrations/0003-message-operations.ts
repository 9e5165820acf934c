/**
 * Everything a message can do after it was said. An operation may come before the message it speaks of,
 * so nothing here refers to rows of `messages`; what shows is put together when either arrives.
 * A stamp is a text that sorts as the operations do (crypto/stamp.ts).
 */
export const messageOperations = `
-- The message a thread hangs on. Replies stand in the room only where their author said so.
ALTER TABLE messages ADD COLUMN thread_root BLOB;
ALTER TABLE messages ADD COLUMN in_room INTEGER NOT NULL DEFAULT 1;
-- Mentions, quote and the like as JSON; null for a plain text.
ALTER TABLE messages ADD COLUMN extras TEXT;
ALTER TABLE messages ADD COLUMN mentions_me INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN edited_at_ms INTEGER;
-- Who deleted it for everyone; its text and proof are gone then.
ALTER TABLE messages ADD COLUMN deleted_by BLOB;
ALTER TABLE messages ADD COLUMN expires_after_s INTEGER;
ALTER TABLE messages ADD COLUMN expires_at_ms INTEGER;
-- 1 when other tables hold something about this message: most have nothing, and need not be asked for.
ALTER TABLE messages ADD COLUMN is_annotated INTEGER NOT NULL DEFAULT 0;

DROP INDEX messages_by_order;
DROP INDEX messages_unread;
CREATE INDEX messages_by_order ON messages (conversation, display_order, id) WHERE in_room = 1;
CREATE INDEX messages_unread ON messages (conversation, display_order, id) WHERE is_unread = 1 AND in_room = 1;
-- With the columns that counting needs, so that a long thread is counted without reading its messages.
CREATE INDEX messages_by_thread ON messages (conversation, thread_root, display_order, id, deleted_by)
  WHERE thread_root IS NOT NULL;
CREATE INDEX messages_unread_in_thread
  ON messages (conversation, thread_root, display_order, id, in_room, mentions_me)
  WHERE is_unread = 1 AND thread_root IS NOT NULL;
CREATE INDEX messages_expiring ON messages (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

-- Signed contents that changed something. The hash is the key: one id may be claimed by two contents.
CREATE TABLE operations (
  content_hash BLOB PRIMARY KEY,
  content_id BLOB NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  kind TEXT NOT NULL CHECK (kind IN ('edit', 'delete', 'reaction', 'pin', 'timer')),
  -- The message it speaks of; null where it speaks of the conversation.
  target BLOB,
  author_account_id BLOB NOT NULL,
  author_device_id INTEGER NOT NULL,
  is_own INTEGER NOT NULL,
  hlc_ms INTEGER NOT NULL,
  hlc_counter INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  accepted_order INTEGER,
  failure TEXT,
  -- Edits: the new text, and its mentions as JSON.
  text TEXT,
  extras TEXT,
  signature_verdict TEXT NOT NULL,
  chain_verdict TEXT NOT NULL,
  clock_verdict TEXT NOT NULL,
  -- Null once what they say was deleted.
  content BLOB,
  signature BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_target ON operations (target, conversation, kind) WHERE target IS NOT NULL;
CREATE INDEX operations_by_content ON operations (content_id);

CREATE TABLE reactions (
  message_id BLOB NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  author_account_id BLOB NOT NULL,
  emoji TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (message_id, conversation, author_account_id, emoji)
) STRICT, WITHOUT ROWID;

CREATE TABLE pins (
  message_id BLOB NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  author_account_id BLOB NOT NULL,
  is_active INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (message_id, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_by_conversation ON pins (conversation, stamp) WHERE is_active = 1;

CREATE TABLE stars (
  message_id BLOB PRIMARY KEY,
  is_active INTEGER NOT NULL,
  stamp TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Deleted for me, or expired: it must not come back, however late a copy arrives.
CREATE TABLE forgotten (
  message_id BLOB PRIMARY KEY,
  forgotten_at_ms INTEGER NOT NULL,
  -- Written by this person or to them: a thread that hangs on it is followed all the same.
  concerned_me INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE threads (
  root BLOB NOT NULL,
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  -- Took part, started it, or was mentioned.
  is_involved INTEGER NOT NULL DEFAULT 0,
  -- What the person chose, which goes before involvement; null for no choice.
  choice INTEGER,
  choice_stamp TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (conversation, root)
) STRICT, WITHOUT ROWID;

-- Read on another device of ours; what comes later and stands before this was read there.
CREATE TABLE read_elsewhere (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  -- Empty for the room itself.
  thread_root BLOB NOT NULL,
  up_to_order INTEGER NOT NULL,
  PRIMARY KEY (conversation, thread_root)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  -- Empty for the room itself.
  thread_root BLOB NOT NULL,
  text TEXT NOT NULL,
  stamp TEXT NOT NULL,
  -- What another device wrote meanwhile and lost; empty for none.
  older_text TEXT NOT NULL DEFAULT '',
  older_stamp TEXT NOT NULL DEFAULT '',
  -- When it was last emptied, by sending say: what was written before is of no interest.
  emptied_stamp TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (conversation, thread_root)
) STRICT, WITHOUT ROWID;
INSERT INTO drafts (conversation, thread_root, text, stamp) SELECT id, x'', draft, '' FROM conversations WHERE draft <> '';
ALTER TABLE conversations DROP COLUMN draft;
ALTER TABLE conversations ADD COLUMN timer_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN timer_stamp TEXT NOT NULL DEFAULT '';
`;

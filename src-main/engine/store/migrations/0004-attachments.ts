/**
 * Files: `files` are the encrypted local copies, one for each content; `attachments` are what messages
 * point to, with the transfer of each. A thumbnail is an attachment of an attachment.
 */
export const attachments = `
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  -- In the folder of files.
  name TEXT NOT NULL UNIQUE,
  digest BLOB NOT NULL UNIQUE,
  blob_id BLOB NOT NULL,
  key BLOB NOT NULL,
  size INTEGER NOT NULL,
  stored_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE attachments (
  id INTEGER PRIMARY KEY,
  file_id BLOB NOT NULL UNIQUE,
  -- Null while it is part of no message yet.
  message_id BLOB,
  position INTEGER NOT NULL DEFAULT 0,
  thumbnail_of INTEGER REFERENCES attachments (id) ON DELETE CASCADE,
  blob_id BLOB NOT NULL,
  key BLOB NOT NULL,
  size INTEGER NOT NULL,
  digest BLOB NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  blur_hash TEXT NOT NULL,
  -- Of our own: the image could not be encoded anew and goes as it is.
  is_unchanged_image INTEGER NOT NULL DEFAULT 0,
  -- Null while there is no local copy.
  file INTEGER REFERENCES files (id),
  direction TEXT CHECK (direction IN ('up', 'down')),
  transfer TEXT CHECK (transfer IN ('queued', 'paused', 'done', 'failed', 'cancelled')),
  failure TEXT,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_by_message ON attachments (message_id, position) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_by_file ON attachments (file) WHERE file IS NOT NULL;
CREATE INDEX attachments_by_digest ON attachments (digest);
CREATE INDEX attachments_to_move ON attachments (id) WHERE transfer = 'queued';
CREATE INDEX thumbnails ON attachments (thumbnail_of) WHERE thumbnail_of IS NOT NULL;

CREATE TRIGGER attachments_of_removed_messages AFTER DELETE ON messages BEGIN
  DELETE FROM attachments WHERE message_id = old.message_id;
END;
`;

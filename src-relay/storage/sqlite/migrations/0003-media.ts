/** Encrypted files: what is being uploaded, what is here, and on whose quota. Ids are 32 bytes. */
export const MEDIA_SCHEMA = `
CREATE TABLE media_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  token_key BLOB NOT NULL
) STRICT;

CREATE TABLE media_uploads (
  account_id BLOB NOT NULL,
  blob_id BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  PRIMARY KEY (account_id, blob_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX media_uploads_by_end ON media_uploads (expires_ms);

CREATE TABLE media_blobs (
  blob_id BLOB PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX media_blobs_by_end ON media_blobs (expires_ms);

CREATE TABLE media_owners (
  account_id BLOB NOT NULL,
  blob_id BLOB NOT NULL REFERENCES media_blobs (blob_id),
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (account_id, blob_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX media_owners_by_blob ON media_owners (blob_id);
`;

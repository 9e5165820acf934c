/**
 * A device may be reinstalled: every installation has author chains of its own. Messages know their place
 * in the chain, so that one that comes late can be held against its neighbours; those stored before have
 * no place and are not looked at.
 */
export const installations = `
-- How often this device lost its store and began anew. Names the chains it writes.
ALTER TABLE account ADD COLUMN reinstallations INTEGER NOT NULL DEFAULT 0;
-- Set when this store took the place of a damaged one, until a person was told; where that one is now.
ALTER TABLE account ADD COLUMN recovered_at_ms INTEGER;
ALTER TABLE account ADD COLUMN recovered_from TEXT;

CREATE TABLE chains_of_installations (
  conversation INTEGER NOT NULL,
  author_account_id BLOB NOT NULL,
  author_device_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  chain_index INTEGER NOT NULL,
  content_hash BLOB NOT NULL,
  PRIMARY KEY (conversation, author_account_id, author_device_id, epoch)
) STRICT, WITHOUT ROWID;
INSERT INTO chains_of_installations
  SELECT conversation, author_account_id, author_device_id, 0, chain_index, content_hash FROM chains;
DROP TABLE chains;
ALTER TABLE chains_of_installations RENAME TO chains;

ALTER TABLE messages ADD COLUMN chain_epoch INTEGER;
ALTER TABLE messages ADD COLUMN chain_index INTEGER;
CREATE INDEX messages_by_chain ON messages (conversation, is_own, author_device_id, chain_epoch, chain_index)
  WHERE chain_index IS NOT NULL;

-- What is not waited for any more is not kept.
UPDATE parked SET ciphertext = x'' WHERE outcome <> 'waiting';
`;

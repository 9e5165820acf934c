/** The newest link of every author device's chain in every conversation. */
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { ChainLink } from '../crypto/author-chain.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob } from '../store/ids.ts';

export type ChainRepository = ReturnType<typeof chainRepository>;

export function chainRepository(sql: Sql) {
  const head = sql.prepare<[number, Blob, number], ChainLink>(
    `SELECT chain_index AS "index", content_hash AS hash FROM chains
     WHERE conversation = ? AND author_account_id = ? AND author_device_id = ?`,
  );
  const save = sql.prepare<[number, Blob, number, number, Blob]>(
    `INSERT INTO chains (conversation, author_account_id, author_device_id, chain_index, content_hash)
     VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET chain_index = excluded.chain_index, content_hash = excluded.content_hash`,
  );
  return {
    head: (conversation: ConversationRow, author: DeviceAddress): ChainLink | null =>
      head.get(conversation, blob(author.accountId), author.deviceId) ?? null,
    save: (conversation: ConversationRow, author: DeviceAddress, link: ChainLink) =>
      void save.run(conversation, blob(author.accountId), author.deviceId, link.index, link.hash),
  };
}

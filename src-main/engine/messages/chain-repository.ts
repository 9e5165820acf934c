/** The newest link of every author device's chains in every conversation, one for each installation. */
import type { DeviceAddress } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { ChainLink } from '../crypto/author-chain.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob } from '../store/ids.ts';

/**
 * Installations of one device whose chains are remembered, the latest ones. More than anybody needs; an
 * author who makes them up as he goes must not fill the disk.
 */
const MAX_EPOCHS = 16;

export type ChainRepository = ReturnType<typeof chainRepository>;

export function chainRepository(sql: Sql) {
  const head = sql.prepare<[number, Blob, number, number], ChainLink>(
    `SELECT chain_index AS "index", content_hash AS hash FROM chains
     WHERE conversation = ? AND author_account_id = ? AND author_device_id = ? AND epoch = ?`,
  );
  const save = sql.prepare<[number, Blob, number, number, number, Blob]>(
    `INSERT INTO chains (conversation, author_account_id, author_device_id, epoch, chain_index, content_hash)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET chain_index = excluded.chain_index, content_hash = excluded.content_hash`,
  );
  const forget = sql.prepare<[number, Blob, number, number, Blob, number]>(
    `DELETE FROM chains WHERE conversation = ? AND author_account_id = ? AND author_device_id = ? AND epoch <
       (SELECT epoch FROM chains WHERE conversation = ? AND author_account_id = ? AND author_device_id = ?
        ORDER BY epoch DESC LIMIT 1 OFFSET ${String(MAX_EPOCHS - 1)})`,
  );
  return {
    head: (conversation: ConversationRow, author: DeviceAddress, epoch: number): ChainLink | null =>
      head.get(conversation, blob(author.accountId), author.deviceId, epoch) ?? null,
    save(conversation: ConversationRow, author: DeviceAddress, epoch: number, link: ChainLink): void {
      const account = blob(author.accountId);
      save.run(conversation, account, author.deviceId, epoch, link.index, link.hash);
      // Below that number of installations there is nothing to forget, and hardly anybody gets there.
      if (epoch >= MAX_EPOCHS) {
        forget.run(conversation, account, author.deviceId, conversation, account, author.deviceId);
      }
    },
  };
}

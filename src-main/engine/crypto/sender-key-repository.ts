/** Sender keys: ours in each room, who was sent them, and those of others. */
import { SenderKeyRecord } from '@signalapp/libsignal-client';
import { parseDeviceId, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

/** The key this device writes with in a room. */
export interface OwnSenderKey {
  /** UUID. */
  readonly distributionId: string;
  readonly createdAtMs: number;
  /** Encrypted with it so far. */
  readonly messages: number;
}

export interface SenderKeyShare {
  readonly address: DeviceAddress;
  readonly registrationId: number;
}

export type SenderKeyRepository = ReturnType<typeof senderKeyRepository>;

export function senderKeyRepository(sql: Sql) {
  const record = sql.prepare<[Blob, number, string], { record: Blob }>(
    'SELECT record FROM sender_keys WHERE account_id = ? AND device_id = ? AND distribution_id = ?',
  );
  const saveRecord = sql.prepare<[Blob, number, string, Blob, number]>(
    `INSERT INTO sender_keys (account_id, device_id, distribution_id, record, stored_at_ms)
     VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET record = excluded.record, stored_at_ms = excluded.stored_at_ms`,
  );
  const own = sql.prepare<[number], OwnSenderKey>(
    `SELECT distribution_id AS distributionId, created_at_ms AS createdAtMs, messages
     FROM own_sender_keys WHERE conversation = ?`,
  );
  const begin = sql.prepare<[number, string, number]>(
    `INSERT OR REPLACE INTO own_sender_keys (conversation, distribution_id, created_at_ms, messages)
     VALUES (?, ?, ?, 0)`,
  );
  const count = sql.prepare<[number]>(
    'UPDATE own_sender_keys SET messages = messages + 1 WHERE conversation = ?',
  );
  const retire = sql.prepare<[number]>('DELETE FROM own_sender_keys WHERE conversation = ?');
  const shares = sql.prepare<[number], { accountId: Blob; deviceId: number; registrationId: number }>(
    `SELECT account_id AS accountId, device_id AS deviceId, registration_id AS registrationId
     FROM sender_key_shares WHERE conversation = ? ORDER BY account_id, device_id`,
  );
  const addShare = sql.prepare<[number, Blob, number, number]>(
    `INSERT OR REPLACE INTO sender_key_shares (conversation, account_id, device_id, registration_id)
     VALUES (?, ?, ?, ?)`,
  );
  const removeShare = sql.prepare<[number, Blob, number]>(
    'DELETE FROM sender_key_shares WHERE conversation = ? AND account_id = ? AND device_id = ?',
  );
  const removeShares = sql.prepare<[number]>('DELETE FROM sender_key_shares WHERE conversation = ?');

  return {
    record(address: DeviceAddress, distributionId: string): SenderKeyRecord | null {
      const row = record.get(blob(address.accountId), address.deviceId, distributionId);
      return row === undefined ? null : SenderKeyRecord.deserialize(new Uint8Array(row.record));
    },
    saveRecord(address: DeviceAddress, distributionId: string, key: SenderKeyRecord, nowMs: number): void {
      saveRecord.run(blob(address.accountId), address.deviceId, distributionId, key.serialize(), nowMs);
    },
    own: (conversation: ConversationRow): OwnSenderKey | null => own.get(conversation) ?? null,
    /** A new key, which nobody has yet. */
    begin(conversation: ConversationRow, distributionId: string, nowMs: number): void {
      begin.run(conversation, distributionId, nowMs);
      removeShares.run(conversation);
    },
    countMessage: (conversation: ConversationRow) => void count.run(conversation),
    /** The next message is written with a new one. */
    retire(conversation: ConversationRow): void {
      retire.run(conversation);
      removeShares.run(conversation);
    },
    shares: (conversation: ConversationRow): readonly SenderKeyShare[] =>
      shares.all(conversation).map((row) => ({
        address: { accountId: fromBlob<AccountId>(row.accountId), deviceId: parseDeviceId(row.deviceId) },
        registrationId: row.registrationId,
      })),
    addShare: (conversation: ConversationRow, { address, registrationId }: SenderKeyShare) =>
      void addShare.run(conversation, blob(address.accountId), address.deviceId, registrationId),
    removeShare: (conversation: ConversationRow, address: DeviceAddress) =>
      void removeShare.run(conversation, blob(address.accountId), address.deviceId),
    removeShares: (conversation: ConversationRow) => void removeShares.run(conversation),
  };
}

/**
 * Envelopes and their ciphertexts. Ciphertexts are durable before they leave, so that a retry sends the
 * same bytes; the batch they were made from stays on, for devices that could not read them.
 */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import {
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type EnvelopeId,
} from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Ciphertext } from '../crypto/ciphers.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob, joinIds, splitIds } from '../store/ids.ts';
import type { Audience } from './outbox-repository.ts';

export interface StoredEnvelope {
  readonly envelopeId: EnvelopeId;
  readonly conversation: ConversationRow;
  readonly audience: Audience;
  /** Accounts it is for, where the audience does not say. */
  readonly recipients: readonly AccountId[] | null;
  /** The one device it is for, where it answers that device's request to resend. */
  readonly target: DeviceAddress | null;
  /** Serialized ContentBatch. */
  readonly batch: Blob;
  readonly resendOf: EnvelopeId | null;
  readonly createdAtMs: number;
}

export interface StoredCiphertext {
  readonly address: DeviceAddress;
  readonly registrationId: number;
  readonly ciphertext: Ciphertext;
}

interface EnvelopeRow {
  envelopeId: Blob;
  conversation: ConversationRow;
  audience: Audience;
  recipients: Blob | null;
  targetAccountId: Blob | null;
  targetDeviceId: number | null;
  batch: Blob;
  resendOf: Blob | null;
  createdAtMs: number;
}

const COLUMNS = `envelope_id AS envelopeId, conversation, audience, recipients, target_account_id AS targetAccountId,
                 target_device_id AS targetDeviceId, batch, resend_of AS resendOf, created_at_ms AS createdAtMs`;

export type EnvelopeRepository = ReturnType<typeof envelopeRepository>;

export function envelopeRepository(sql: Sql) {
  const insert = sql.prepare<
    [Blob, number, Audience, Blob | null, Blob | null, number | null, Blob, Blob | null, number]
  >(
    `INSERT INTO envelopes (envelope_id, conversation, audience, recipients, target_account_id, target_device_id, state, batch, resend_of, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`,
  );
  const get = sql.prepare<[Blob], EnvelopeRow>(`SELECT ${COLUMNS} FROM envelopes WHERE envelope_id = ?`);
  // UUIDv7 ids of one device ascend, so they break ties of the clock.
  const firstUnsent = sql.prepare<[number], EnvelopeRow>(
    `SELECT ${COLUMNS} FROM envelopes WHERE conversation = ? AND state = 'pending'
     ORDER BY created_at_ms, envelope_id LIMIT 1`,
  );
  const accept = sql.prepare<[number, Blob]>(
    `UPDATE envelopes SET state = 'accepted', accepted_order = ?, shared_ciphertext = NULL
     WHERE envelope_id = ?`,
  );
  const newestAccepted = sql.prepare<[], { order: number | null }>(
    'SELECT max(accepted_order) AS "order" FROM envelopes WHERE accepted_order IS NOT NULL',
  );
  const acceptedAfter = sql.prepare<[number], EnvelopeRow>(
    `SELECT ${COLUMNS} FROM envelopes WHERE accepted_order > ? ORDER BY accepted_order`,
  );
  const reopen = sql.prepare<[Blob]>(
    `UPDATE envelopes SET state = 'pending', accepted_order = NULL WHERE envelope_id = ?`,
  );
  const remove = sql.prepare<[Blob]>('DELETE FROM envelopes WHERE envelope_id = ?');
  const removeOld = sql.prepare<[number]>(
    `DELETE FROM envelopes WHERE created_at_ms < ? AND state = 'accepted'`,
  );
  const saveCiphertext = sql.prepare<[Blob, Blob, number, number, number, Blob]>(
    `INSERT OR REPLACE INTO ciphertexts (envelope_id, account_id, device_id, registration_id, type, ciphertext)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const ciphertexts = sql.prepare<
    [Blob],
    { accountId: Blob; deviceId: number; registrationId: number; type: relay.CiphertextType; bytes: Blob }
  >(
    `SELECT account_id AS accountId, device_id AS deviceId, registration_id AS registrationId, type,
            ciphertext AS bytes
     FROM ciphertexts WHERE envelope_id = ? ORDER BY account_id, device_id`,
  );
  const removeCiphertext = sql.prepare<[Blob, Blob, number]>(
    'DELETE FROM ciphertexts WHERE envelope_id = ? AND account_id = ? AND device_id = ?',
  );
  const removeCiphertexts = sql.prepare<[Blob]>('DELETE FROM ciphertexts WHERE envelope_id = ?');
  const orderOf = sql.prepare<[Blob], { acceptedOrder: number | null }>(
    'SELECT accepted_order AS acceptedOrder FROM envelopes WHERE envelope_id = ?',
  );
  const shared = sql.prepare<[Blob], { ciphertext: Blob | null }>(
    'SELECT shared_ciphertext AS ciphertext FROM envelopes WHERE envelope_id = ?',
  );
  const setShared = sql.prepare<[Blob | null, Blob]>(
    'UPDATE envelopes SET shared_ciphertext = ? WHERE envelope_id = ?',
  );
  const countResend = sql.prepare<[Blob, Blob, number], { count: number }>(
    `INSERT INTO resends (envelope_id, account_id, device_id, count) VALUES (?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count`,
  );
  const removeOldResends = sql.prepare(
    'DELETE FROM resends WHERE envelope_id NOT IN (SELECT envelope_id FROM envelopes)',
  );

  return {
    insert(envelope: StoredEnvelope): void {
      const resendOf = envelope.resendOf === null ? null : blob(envelope.resendOf);
      insert.run(
        blob(envelope.envelopeId),
        envelope.conversation,
        envelope.audience,
        envelope.recipients === null ? null : joinIds(envelope.recipients),
        envelope.target === null ? null : blob(envelope.target.accountId),
        envelope.target?.deviceId ?? null,
        envelope.batch,
        resendOf,
        envelope.createdAtMs,
      );
    },
    get: (envelopeId: EnvelopeId): StoredEnvelope | null => envelope(get.get(blob(envelopeId))),
    firstUnsent: (conversation: ConversationRow): StoredEnvelope | null =>
      envelope(firstUnsent.get(conversation)),
    accept(envelopeId: EnvelopeId, order: number): void {
      accept.run(order, blob(envelopeId));
      removeCiphertexts.run(blob(envelopeId));
    },
    /** Null while no relay has it. */
    acceptedOrder: (envelopeId: EnvelopeId): number | null =>
      orderOf.get(blob(envelopeId))?.acceptedOrder ?? null,
    newestAcceptedOrder: (): number => newestAccepted.get()?.order ?? 0,
    /** Oldest first. */
    acceptedAfter: (order: number): readonly StoredEnvelope[] => acceptedAfter.all(order).map(present),
    /** To be encrypted and sent again under the same id: the relay no longer has it. */
    reopen: (envelopeId: EnvelopeId) => void reopen.run(blob(envelopeId)),
    remove: (envelopeId: EnvelopeId) => void remove.run(blob(envelopeId)),
    removeAcceptedBefore(ms: number): void {
      removeOld.run(ms);
      removeOldResends.run();
    },

    saveCiphertext(envelopeId: EnvelopeId, { address, registrationId, ciphertext }: StoredCiphertext): void {
      saveCiphertext.run(
        blob(envelopeId),
        blob(address.accountId),
        address.deviceId,
        registrationId,
        ciphertext.type,
        ciphertext.bytes,
      );
    },
    ciphertexts: (envelopeId: EnvelopeId): readonly StoredCiphertext[] =>
      ciphertexts.all(blob(envelopeId)).map((row) => ({
        address: { accountId: fromBlob<AccountId>(row.accountId), deviceId: parseDeviceId(row.deviceId) },
        registrationId: row.registrationId,
        ciphertext: { type: row.type, bytes: row.bytes },
      })),
    removeCiphertext(envelopeId: EnvelopeId, address: DeviceAddress): void {
      removeCiphertext.run(blob(envelopeId), blob(address.accountId), address.deviceId);
    },
    /** The one ciphertext for all, made with a sender key; null while there is none. */
    sharedCiphertext: (envelopeId: EnvelopeId): Blob | null =>
      shared.get(blob(envelopeId))?.ciphertext ?? null,
    setSharedCiphertext: (envelopeId: EnvelopeId, ciphertext: Blob | null) =>
      void setShared.run(ciphertext, blob(envelopeId)),
    /** Counts one more time that a device gets this envelope again; returns how often that is now. */
    countResend: (envelopeId: EnvelopeId, to: DeviceAddress): number =>
      countResend.get(blob(envelopeId), blob(to.accountId), to.deviceId)?.count ?? 1,
  };
}

function envelope(row: EnvelopeRow | undefined): StoredEnvelope | null {
  return row === undefined ? null : present(row);
}

function present(row: EnvelopeRow): StoredEnvelope {
  const { targetAccountId, targetDeviceId, recipients, ...rest } = row;
  return {
    ...rest,
    envelopeId: fromBlob<EnvelopeId>(row.envelopeId),
    recipients: recipients === null ? null : splitIds(recipients),
    target:
      targetAccountId === null || targetDeviceId === null
        ? null
        : { accountId: fromBlob<AccountId>(targetAccountId), deviceId: parseDeviceId(targetDeviceId) },
    resendOf: row.resendOf === null ? null : fromBlob<EnvelopeId>(row.resendOf),
  };
}

/** Envelopes that could not be read, with what was done about each. */
import {
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type EnvelopeId,
  type MessageId,
} from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { Ciphertext } from '../crypto/ciphers.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export type ParkedOutcome = 'waiting' | 'recovered' | 'given-up';

export interface NewParked {
  readonly envelopeId: EnvelopeId;
  readonly source: DeviceAddress;
  readonly ciphertext: Ciphertext;
  readonly cause: string;
  readonly acceptedOrder: number;
  readonly receivedAtMs: number;
  readonly nextRequestAtMs: number | null;
  readonly noticeId: MessageId | null;
}

export interface Parked {
  readonly row: number;
  readonly envelopeId: EnvelopeId;
  readonly source: DeviceAddress;
  readonly ciphertext: Ciphertext;
  readonly acceptedOrder: number;
  readonly requests: number;
  readonly noticeId: MessageId | null;
}

interface Row {
  row: number;
  envelopeId: Blob;
  sourceId: Blob;
  sourceDevice: number;
  type: relay.CiphertextType;
  ciphertext: Blob;
  acceptedOrder: number;
  requests: number;
  noticeId: Blob | null;
}

const COLUMNS = `id AS row, envelope_id AS envelopeId, source_account_id AS sourceId,
  source_device_id AS sourceDevice, type, ciphertext, accepted_order AS acceptedOrder, requests,
  notice_message_id AS noticeId`;

export type ParkedRepository = ReturnType<typeof parkedRepository>;

export function parkedRepository(sql: Sql) {
  const insert = sql.prepare<
    [Blob, Blob, number, number, Blob, string, number, number, ParkedOutcome, number | null, Blob | null]
  >(
    `INSERT INTO parked (envelope_id, source_account_id, source_device_id, type, ciphertext, cause,
       accepted_order, received_at_ms, outcome, next_request_at_ms, notice_message_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const find = sql.prepare<[Blob, number, Blob], Row>(
    `SELECT ${COLUMNS} FROM parked WHERE source_account_id = ? AND source_device_id = ? AND envelope_id = ?
     AND outcome <> 'recovered'`,
  );
  const due = sql.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM parked WHERE outcome = 'waiting' AND next_request_at_ms <= ?
     ORDER BY next_request_at_ms LIMIT 20`,
  );
  const next = sql.prepare<[], { atMs: number | null }>(
    `SELECT min(next_request_at_ms) AS atMs FROM parked WHERE outcome = 'waiting'`,
  );
  const requested = sql.prepare<[number | null, number]>(
    'UPDATE parked SET requests = requests + 1, next_request_at_ms = ? WHERE id = ?',
  );
  const finish = sql.prepare<[ParkedOutcome, number]>(
    // What nobody asks for any more is not needed to ask for it.
    `UPDATE parked SET outcome = ?, next_request_at_ms = NULL, ciphertext = x'' WHERE id = ?`,
  );
  const prune = sql.prepare<[number]>(`DELETE FROM parked WHERE outcome <> 'waiting' AND received_at_ms < ?`);
  const counts = sql.prepare<[], { outcome: ParkedOutcome; count: number }>(
    'SELECT outcome, count(*) AS count FROM parked GROUP BY outcome',
  );

  return {
    /** Returns false when this envelope is parked already. */
    insert(parked: NewParked): boolean {
      return (
        insert.run(
          blob(parked.envelopeId),
          blob(parked.source.accountId),
          parked.source.deviceId,
          parked.ciphertext.type,
          parked.nextRequestAtMs === null ? new Uint8Array() : parked.ciphertext.bytes,
          parked.cause,
          parked.acceptedOrder,
          parked.receivedAtMs,
          parked.nextRequestAtMs === null ? 'given-up' : 'waiting',
          parked.nextRequestAtMs,
          parked.noticeId === null ? null : blob(parked.noticeId),
        ).changes > 0
      );
    },
    /** Also one that was given up: late is better than never. */
    find(source: DeviceAddress, envelopeId: EnvelopeId): Parked | null {
      const row = find.get(blob(source.accountId), source.deviceId, blob(envelopeId));
      return row === undefined ? null : present(row);
    },
    due: (nowMs: number): readonly Parked[] => due.all(nowMs).map(present),
    nextRequestAtMs: (): number | null => next.get()?.atMs ?? null,
    markRequested: (parked: Parked, nextRequestAtMs: number) =>
      void requested.run(nextRequestAtMs, parked.row),
    finish: (parked: Parked, outcome: 'recovered' | 'given-up') => void finish.run(outcome, parked.row),
    /** Forgets what came before this and is not waited for. What was sent again came long ago. */
    pruneBefore: (receivedBeforeMs: number) => void prune.run(receivedBeforeMs),
    counts(): Record<ParkedOutcome, number> {
      const result = { waiting: 0, recovered: 0, 'given-up': 0 };
      for (const row of counts.all()) result[row.outcome] = row.count;
      return result;
    },
  };
}

function present(row: Row): Parked {
  return {
    row: row.row,
    envelopeId: fromBlob<EnvelopeId>(row.envelopeId),
    source: { accountId: fromBlob<AccountId>(row.sourceId), deviceId: parseDeviceId(row.sourceDevice) },
    ciphertext: { type: row.type, bytes: row.ciphertext },
    acceptedOrder: row.acceptedOrder,
    requests: row.requests,
    noticeId: row.noticeId === null ? null : fromBlob<MessageId>(row.noticeId),
  };
}

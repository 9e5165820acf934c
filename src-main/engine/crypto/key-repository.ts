/** Rows of key material: sessions, identities and prekeys. Reads for libsignal, writes for commits. */
import {
  KyberPreKeyRecord,
  PreKeyRecord,
  PublicKey,
  SessionRecord,
  SignedPreKeyRecord,
} from '@signalapp/libsignal-client';
import type { IdentityState } from '../../../src-shared/contract/views.ts';
import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob } from '../store/ids.ts';

export interface StoredIdentity {
  readonly key: PublicKey;
  readonly state: IdentityState;
}

export interface StoredKyberPreKey {
  readonly record: KyberPreKeyRecord;
  readonly isLastResort: boolean;
}

export interface KnownDevice {
  readonly deviceId: DeviceId;
  readonly registrationId: number;
}

/** libsignal's registration ids start at one. */
const UNKNOWN_REGISTRATION_ID = 0;

export type KeyRepository = ReturnType<typeof keyRepository>;

export function keyRepository(sql: Sql) {
  const statements = prepare(sql);
  return {
    session(address: DeviceAddress): SessionRecord | null {
      const row = statements.session.get(blob(address.accountId), address.deviceId);
      return row === undefined ? null : SessionRecord.deserialize(row.record);
    },
    saveSession(address: DeviceAddress, record: SessionRecord): void {
      statements.saveSession.run(
        blob(address.accountId),
        address.deviceId,
        // A session that was archived no longer knows it.
        record.hasCurrentState() ? record.remoteRegistrationId() : UNKNOWN_REGISTRATION_ID,
        record.serialize(),
      );
    },
    deleteSession(address: DeviceAddress): void {
      statements.deleteSession.run(blob(address.accountId), address.deviceId);
    },
    /** Devices of an account that there is a session with. */
    knownDevices(accountId: AccountId): readonly KnownDevice[] {
      return statements.knownDevices.all(blob(accountId));
    },

    identity(accountId: AccountId): StoredIdentity | null {
      const row = statements.identity.get(blob(accountId));
      return row === undefined ? null : { key: PublicKey.deserialize(row.publicKey), state: row.state };
    },
    saveIdentity(accountId: AccountId, key: PublicKey, state: IdentityState, nowMs: number): void {
      statements.saveIdentity.run(blob(accountId), key.serialize(), state, nowMs);
    },
    setIdentityState(accountId: AccountId, state: IdentityState): void {
      statements.setIdentityState.run(state, blob(accountId));
    },

    preKey(keyId: number): PreKeyRecord | null {
      const row = statements.preKey.get(keyId);
      return row === undefined ? null : PreKeyRecord.deserialize(row.record);
    },
    savePreKey(record: PreKeyRecord): void {
      statements.savePreKey.run(record.id(), record.serialize());
    },
    deletePreKey(keyId: number): void {
      statements.deletePreKey.run(keyId);
    },

    signedPreKey(keyId: number): SignedPreKeyRecord | null {
      const row = statements.signedPreKey.get(keyId);
      return row === undefined ? null : SignedPreKeyRecord.deserialize(row.record);
    },
    saveSignedPreKey(record: SignedPreKeyRecord): void {
      statements.saveSignedPreKey.run(record.id(), record.serialize(), record.timestamp());
    },
    newestSignedPreKey(): SignedPreKeyRecord | null {
      const row = statements.newestSignedPreKey.get();
      return row === undefined ? null : SignedPreKeyRecord.deserialize(row.record);
    },

    kyberPreKey(keyId: number): StoredKyberPreKey | null {
      const row = statements.kyberPreKey.get(keyId);
      if (row === undefined) return null;
      return { record: KyberPreKeyRecord.deserialize(row.record), isLastResort: row.isLastResort === 1 };
    },
    saveKyberPreKey(record: KyberPreKeyRecord, kind: 'one-time' | 'last-resort'): void {
      statements.saveKyberPreKey.run(
        record.id(),
        record.serialize(),
        kind === 'last-resort' ? 1 : 0,
        record.timestamp(),
      );
    },
    newestLastResortKyberPreKey(): KyberPreKeyRecord | null {
      const row = statements.newestLastResort.get();
      return row === undefined ? null : KyberPreKeyRecord.deserialize(row.record);
    },
    deleteKyberPreKey(keyId: number): void {
      statements.deleteKyberPreKey.run(keyId);
    },
    hasKyberUse(use: KyberUse): boolean {
      return statements.kyberUse.get(use.keyId, use.signedPreKeyId, use.baseKey) !== undefined;
    },
    saveKyberUse(use: KyberUse): void {
      statements.saveKyberUse.run(use.keyId, use.signedPreKeyId, use.baseKey);
    },

    /** Takes `count` ids that were never used before; returns the first. */
    allocateIds(kind: KeyKind, count: number): number {
      const row = statements.allocateIds.get(kind, count, count);
      if (row === undefined) throw new Error('no key ids came back');
      return row.nextId - count;
    },
    /** For an installation that follows another: its ids begin after `count` others. */
    skipIds(count: number): void {
      for (const kind of ['pre-key', 'signed-pre-key', 'kyber-pre-key'] as const) {
        statements.allocateIds.get(kind, count, count);
      }
    },
    /** Removes one-time keys with ids below these: the relay has long handed them out or dropped them. */
    deleteOneTimeKeysBefore(preKeyId: number, kyberPreKeyId: number): void {
      statements.deleteOldPreKeys.run(preKeyId);
      statements.deleteOldKyberPreKeys.run(kyberPreKeyId);
    },
    /** Removes replaced signed and last-resort keys made before `beforeMs`; the newest always stays. */
    deleteReplacedKeys(beforeMs: number): void {
      statements.deleteOldSigned.run(beforeMs);
      statements.deleteOldLastResort.run(beforeMs);
    },
  };
}

export type KeyKind = 'pre-key' | 'signed-pre-key' | 'kyber-pre-key';

export interface KyberUse {
  readonly keyId: number;
  readonly signedPreKeyId: number;
  readonly baseKey: Blob;
}

function prepare(sql: Sql) {
  return {
    session: sql.prepare<[Blob, number], { record: Blob }>(
      'SELECT record FROM sessions WHERE account_id = ? AND device_id = ?',
    ),
    saveSession: sql.prepare<[Blob, number, number, Blob]>(
      `INSERT INTO sessions (account_id, device_id, registration_id, record) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET record = excluded.record,
         registration_id = iif(excluded.registration_id = 0, registration_id, excluded.registration_id)`,
    ),
    deleteSession: sql.prepare<[Blob, number]>('DELETE FROM sessions WHERE account_id = ? AND device_id = ?'),
    knownDevices: sql.prepare<[Blob], KnownDevice>(
      `SELECT device_id AS deviceId, registration_id AS registrationId
       FROM sessions WHERE account_id = ? ORDER BY device_id`,
    ),
    identity: sql.prepare<[Blob], { publicKey: Blob; state: IdentityState }>(
      'SELECT public_key AS publicKey, state FROM identities WHERE account_id = ?',
    ),
    saveIdentity: sql.prepare<[Blob, Blob, IdentityState, number]>(
      `INSERT INTO identities (account_id, public_key, state, since_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET public_key = excluded.public_key, state = excluded.state, since_ms = excluded.since_ms`,
    ),
    setIdentityState: sql.prepare<[IdentityState, Blob]>(
      'UPDATE identities SET state = ? WHERE account_id = ?',
    ),
    preKey: sql.prepare<[number], { record: Blob }>('SELECT record FROM pre_keys WHERE key_id = ?'),
    savePreKey: sql.prepare<[number, Blob]>('INSERT OR REPLACE INTO pre_keys (key_id, record) VALUES (?, ?)'),
    deletePreKey: sql.prepare<[number]>('DELETE FROM pre_keys WHERE key_id = ?'),
    signedPreKey: sql.prepare<[number], { record: Blob }>(
      'SELECT record FROM signed_pre_keys WHERE key_id = ?',
    ),
    saveSignedPreKey: sql.prepare<[number, Blob, number]>(
      'INSERT OR REPLACE INTO signed_pre_keys (key_id, record, created_at_ms) VALUES (?, ?, ?)',
    ),
    newestSignedPreKey: sql.prepare<[], { record: Blob }>(
      'SELECT record FROM signed_pre_keys ORDER BY key_id DESC LIMIT 1',
    ),
    kyberPreKey: sql.prepare<[number], { record: Blob; isLastResort: number }>(
      'SELECT record, is_last_resort AS isLastResort FROM kyber_pre_keys WHERE key_id = ?',
    ),
    saveKyberPreKey: sql.prepare<[number, Blob, number, number]>(
      'INSERT OR REPLACE INTO kyber_pre_keys (key_id, record, is_last_resort, created_at_ms) VALUES (?, ?, ?, ?)',
    ),
    newestLastResort: sql.prepare<[], { record: Blob }>(
      'SELECT record FROM kyber_pre_keys WHERE is_last_resort = 1 ORDER BY key_id DESC LIMIT 1',
    ),
    deleteKyberPreKey: sql.prepare<[number]>('DELETE FROM kyber_pre_keys WHERE key_id = ?'),
    kyberUse: sql.prepare<[number, number, Blob], { found: number }>(
      'SELECT 1 AS found FROM kyber_pre_key_uses WHERE key_id = ? AND signed_pre_key_id = ? AND base_key = ?',
    ),
    saveKyberUse: sql.prepare<[number, number, Blob]>(
      'INSERT INTO kyber_pre_key_uses (key_id, signed_pre_key_id, base_key) VALUES (?, ?, ?)',
    ),
    allocateIds: sql.prepare<[KeyKind, number, number], { nextId: number }>(
      `INSERT INTO key_counters (kind, next_id) VALUES (?, 1 + ?)
       ON CONFLICT DO UPDATE SET next_id = next_id + ? RETURNING next_id AS nextId`,
    ),
    deleteOldPreKeys: sql.prepare<[number]>('DELETE FROM pre_keys WHERE key_id < ?'),
    deleteOldKyberPreKeys: sql.prepare<[number]>(
      'DELETE FROM kyber_pre_keys WHERE is_last_resort = 0 AND key_id < ?',
    ),
    deleteOldSigned: sql.prepare<[number]>(
      `DELETE FROM signed_pre_keys
       WHERE created_at_ms < ? AND key_id < (SELECT max(key_id) FROM signed_pre_keys)`,
    ),
    deleteOldLastResort: sql.prepare<[number]>(
      `DELETE FROM kyber_pre_keys WHERE is_last_resort = 1 AND created_at_ms < ?
       AND key_id < (SELECT max(key_id) FROM kyber_pre_keys WHERE is_last_resort = 1)`,
    ),
  };
}

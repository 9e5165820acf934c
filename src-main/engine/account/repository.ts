/** The one row about ourselves. */
import { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import { z } from 'zod';
import type { RecoveryView } from '../../../src-shared/contract/views.ts';
import { parseDeviceId, type AccountId, type DeviceAddress, type DeviceId } from '../../../src-shared/ids.ts';
import type { HybridTime } from '../crypto/hybrid-clock.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export interface Account {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly address: DeviceAddress;
  readonly registrationId: number;
  /** How often this device lost its store and began anew; names its author chains. */
  readonly reinstallations: number;
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
  readonly username: string;
  readonly displayName: string;
  readonly profileVersion: number;
  readonly relayUrl: string;
  /** Pinned when the relay first answered. */
  readonly relayName: string | null;
  readonly state: 'pending' | 'registered';
  /** All devices of this account, this one included. */
  readonly ownDeviceIds: readonly DeviceId[];
}

/** What a person asks a relay for. */
export interface Application {
  readonly username: string;
  readonly displayName: string;
  readonly relayUrl: string;
  /** Set where the join link named the relay: no other is accepted at that address. */
  readonly relayName: string | null;
}

export interface NewAccount extends Application {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly registrationId: number;
  readonly privateKey: PrivateKey;
}

/** An account that comes back into an empty store. */
export interface RecoveredAccount extends NewAccount {
  readonly publicKey: PublicKey;
  readonly reinstallations: number;
  readonly state: Account['state'];
  /** Null when there is nothing to tell. */
  readonly recoveredAtMs: number | null;
  readonly recoveredFrom: string | null;
}

interface AccountRow {
  accountId: Blob;
  deviceId: number;
  registrationId: number;
  reinstallations: number;
  privateKey: Blob;
  publicKey: Blob;
  username: string;
  displayName: string;
  profileVersion: number;
  relayUrl: string;
  relayName: string | null;
  state: Account['state'];
  ownDeviceIds: string;
}

const deviceIds = z.array(z.number().transform(parseDeviceId));

export type AccountRepository = ReturnType<typeof accountRepository>;

export function accountRepository(sql: Sql) {
  const get = sql.prepare<[], AccountRow>(
    `SELECT account_id AS accountId, device_id AS deviceId, registration_id AS registrationId, reinstallations,
            identity_private_key AS privateKey, identity_public_key AS publicKey, username,
            display_name AS displayName, profile_version AS profileVersion, relay_url AS relayUrl,
            relay_name AS relayName, state, own_device_ids AS ownDeviceIds
     FROM account`,
  );
  const insert = sql.prepare<[Blob, number, number, Blob, Blob, string, string, string, string | null]>(
    `INSERT INTO account (singleton, account_id, device_id, registration_id, identity_private_key,
       identity_public_key, username, display_name, relay_url, relay_name, state)
     VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
  );
  const recover = sql.prepare<[Account['state'], number, number | null, string | null]>(
    'UPDATE account SET state = ?, reinstallations = ?, recovered_at_ms = ?, recovered_from = ?',
  );
  const recovery = sql.prepare<[], { atMs: number; movedTo: string | null }>(
    `SELECT recovered_at_ms AS atMs, recovered_from AS movedTo FROM account
     WHERE recovered_at_ms IS NOT NULL`,
  );
  const dismissRecovery = sql.prepare<[]>('UPDATE account SET recovered_at_ms = NULL');
  const setApplication = sql.prepare<[string, string, string, string | null]>(
    `UPDATE account SET username = ?, display_name = ?, relay_url = ?, relay_name = ? WHERE state = 'pending'`,
  );
  const setRegistered = sql.prepare<[string, string]>(
    `UPDATE account SET state = 'registered', relay_name = ?, username = ?`,
  );
  const setOwnDevices = sql.prepare<[string]>('UPDATE account SET own_device_ids = ?');
  const setDisplayName = sql.prepare<[string]>(
    'UPDATE account SET display_name = ?, profile_version = profile_version + 1',
  );
  const hybridTime = sql.prepare<[], HybridTime>('SELECT hlc_ms AS ms, hlc_counter AS counter FROM account');
  const setHybridTime = sql.prepare<[number, number]>('UPDATE account SET hlc_ms = ?, hlc_counter = ?');
  const mailboxSeq = sql.prepare<[], { seq: number }>('SELECT mailbox_seq AS seq FROM account');
  const setMailboxSeq = sql.prepare<[number]>('UPDATE account SET mailbox_seq = max(mailbox_seq, ?)');
  const clockOffset = sql.prepare<[], { ms: number }>('SELECT relay_clock_offset_ms AS ms FROM account');
  const setClockOffset = sql.prepare<[number]>('UPDATE account SET relay_clock_offset_ms = ?');

  return {
    get(): Account | null {
      const row = get.get();
      if (row === undefined) return null;
      const accountId = fromBlob<AccountId>(row.accountId);
      const deviceId = parseDeviceId(row.deviceId);
      return {
        ...row,
        accountId,
        deviceId,
        address: { accountId, deviceId },
        privateKey: PrivateKey.deserialize(row.privateKey),
        publicKey: PublicKey.deserialize(row.publicKey),
        ownDeviceIds: deviceIds.parse(JSON.parse(row.ownDeviceIds)),
      };
    },
    insertPending(account: NewAccount): void {
      insert.run(
        blob(account.accountId),
        account.deviceId,
        account.registrationId,
        account.privateKey.serialize(),
        account.privateKey.getPublicKey().serialize(),
        account.username,
        account.displayName,
        account.relayUrl,
        account.relayName,
      );
    },
    /** Call inside a transaction. */
    insertRecovered(account: RecoveredAccount): void {
      insert.run(
        blob(account.accountId),
        account.deviceId,
        account.registrationId,
        account.privateKey.serialize(),
        account.publicKey.serialize(),
        account.username,
        account.displayName,
        account.relayUrl,
        account.relayName,
      );
      recover.run(account.state, account.reinstallations, account.recoveredAtMs, account.recoveredFrom);
    },
    /** What a person has not yet been told about this store. */
    recovery: (): RecoveryView | null => recovery.get() ?? null,
    dismissRecovery: () => void dismissRecovery.run(),
    /** Another name or relay for an account no relay has confirmed yet. */
    changeApplication(application: Application): void {
      const { username, displayName, relayUrl, relayName } = application;
      setApplication.run(username, displayName, relayUrl, relayName);
    },
    markRegistered(relayName: string, username: string): void {
      setRegistered.run(relayName, username);
    },
    setOwnDeviceIds(ids: readonly number[]): void {
      setOwnDevices.run(JSON.stringify(ids));
    },
    setDisplayName(displayName: string): void {
      setDisplayName.run(displayName);
    },
    hybridTime(): HybridTime {
      return hybridTime.get() ?? { ms: 0, counter: 0 };
    },
    setHybridTime(time: HybridTime): void {
      setHybridTime.run(time.ms, time.counter);
    },
    /** Everything up to here in our mailbox is in this store. */
    mailboxSeq(): number {
      return mailboxSeq.get()?.seq ?? 0;
    },
    setMailboxSeq(seq: number): void {
      setMailboxSeq.run(seq);
    },
    /** Relay time minus local time, as last measured. */
    relayClockOffsetMs(): number {
      return clockOffset.get()?.ms ?? 0;
    },
    setRelayClockOffsetMs(offsetMs: number): void {
      setClockOffset.run(Math.round(offsetMs));
    },
  };
}

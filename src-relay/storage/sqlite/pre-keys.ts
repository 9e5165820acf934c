import { createHash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import type {
  OneTimeKey,
  PreKeyBundle,
  PreKeyCounts,
  PreKeyStore,
  PreKeyUpload,
  SignedKey,
} from '../../services/pre-keys/storage.ts';
import type { AccountDirectory } from './directory.ts';
import { promised } from './errors.ts';

/** Values of `one_time_pre_keys.kind`. */
const KIND = { curve: 1, kyber: 2 } as const;
type Kind = (typeof KIND)[keyof typeof KIND];

/** Enough of SHA-256 to tell the keys of one device apart. */
const DIGEST_BYTES = 16;

interface DeviceKeysRow {
  registration_id: number;
  signed_id: number;
  signed_key: Buffer;
  signed_signature: Buffer;
  last_resort_id: number;
  last_resort_key: Buffer;
  last_resort_signature: Buffer;
}

interface OneTimeRow {
  key_id: number;
  public_key: Buffer;
  signature: Buffer | null;
}

export class SqlitePreKeys implements PreKeyStore {
  readonly #database: Database;
  readonly #directory: AccountDirectory;
  readonly #deviceKeys: Statement<[number], DeviceKeysRow>;
  readonly #insertDevice: Statement<[number, number, number, ...SignedColumns, ...SignedColumns]>;
  readonly #reinstallDevice: Statement<[number, number, number]>;
  readonly #replaceSigned: Statement<[...SignedColumns, number]>;
  readonly #replaceLastResort: Statement<[...SignedColumns, number]>;
  readonly #dropOneTime: Statement<[number]>;
  readonly #insertOneTime: Statement<[number, Kind, number, Uint8Array, Uint8Array | null]>;
  readonly #updateOneTime: Statement<[Uint8Array, Uint8Array | null, number, Kind, number]>;
  readonly #firstOneTime: Statement<[number, Kind], OneTimeRow>;
  readonly #deleteOneTime: Statement<[number, Kind, number]>;
  readonly #count: Statement<[number, Kind], number>;
  readonly #wasTaken: Statement<[number, Uint8Array], number>;
  readonly #insertTaken: Statement<[number, Uint8Array, number]>;

  constructor(database: Database, directory: AccountDirectory) {
    this.#database = database;
    this.#directory = directory;
    this.#deviceKeys = database.prepare('SELECT * FROM devices WHERE mailbox_no = ?');
    this.#insertDevice = database.prepare(
      `INSERT INTO devices (mailbox_no, registration_id, created_ms, signed_id, signed_key, signed_signature,
         last_resort_id, last_resort_key, last_resort_signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#reinstallDevice = database.prepare(
      'UPDATE devices SET registration_id = ?, created_ms = ? WHERE mailbox_no = ?',
    );
    this.#replaceSigned = database.prepare(
      'UPDATE devices SET signed_id = ?, signed_key = ?, signed_signature = ? WHERE mailbox_no = ?',
    );
    this.#replaceLastResort = database.prepare(
      'UPDATE devices SET last_resort_id = ?, last_resort_key = ?, last_resort_signature = ? WHERE mailbox_no = ?',
    );
    this.#dropOneTime = database.prepare('DELETE FROM one_time_pre_keys WHERE mailbox_no = ?');
    this.#insertOneTime = database.prepare('INSERT INTO one_time_pre_keys VALUES (?, ?, ?, ?, ?)');
    this.#updateOneTime = database.prepare(
      'UPDATE one_time_pre_keys SET public_key = ?, signature = ? WHERE mailbox_no = ? AND kind = ? AND key_id = ?',
    );
    this.#firstOneTime = database.prepare(
      `SELECT key_id, public_key, signature FROM one_time_pre_keys
       WHERE mailbox_no = ? AND kind = ? ORDER BY key_id LIMIT 1`,
    );
    this.#deleteOneTime = database.prepare(
      'DELETE FROM one_time_pre_keys WHERE mailbox_no = ? AND kind = ? AND key_id = ?',
    );
    this.#count = database
      .prepare<[number, Kind], number>(
        'SELECT count(*) FROM one_time_pre_keys WHERE mailbox_no = ? AND kind = ?',
      )
      .pluck();
    this.#wasTaken = database
      .prepare<[number, Uint8Array], number>(
        'SELECT 1 FROM taken_pre_keys WHERE mailbox_no = ? AND key_digest = ?',
      )
      .pluck();
    this.#insertTaken = database.prepare('INSERT OR IGNORE INTO taken_pre_keys VALUES (?, ?, ?)');
  }

  upload(address: DeviceAddress, upload: PreKeyUpload, maxStored: number): Promise<PreKeyCounts> {
    const run = this.#database.transaction(() =>
      this.uploadWithin(this.#requireMailbox(address), upload, maxStored),
    );
    return promised(() => run.immediate());
  }

  take(
    accountId: AccountId,
    deviceIds: readonly DeviceId[],
    nowMs: number,
  ): Promise<readonly PreKeyBundle[]> {
    const run = this.#database.transaction(() =>
      deviceIds.flatMap((deviceId) => this.#takeBundle({ accountId, deviceId }, nowMs)),
    );
    return promised(() => run.immediate());
  }

  counts(address: DeviceAddress): Promise<PreKeyCounts> {
    return promised(() => this.#counts(this.#requireMailbox(address)));
  }

  /** Part of a registration's transaction. */
  insertDevice(mailboxNo: number, registrationId: number, keys: PreKeyUpload, nowMs: number): void {
    const { signedPreKey, lastResortKyberPreKey } = keys;
    if (signedPreKey === undefined || lastResortKyberPreKey === undefined) {
      throw new Error('a device was registered without signed prekeys');
    }
    const signed = [...signedColumns(signedPreKey), ...signedColumns(lastResortKyberPreKey)] as const;
    this.#insertDevice.run(mailboxNo, registrationId, nowMs, ...signed);
  }

  /** Part of a registration's transaction; the upload that follows brings the signed keys. */
  reinstallDevice(mailboxNo: number, registrationId: number, nowMs: number): void {
    this.#reinstallDevice.run(registrationId, nowMs, mailboxNo);
    // Nobody has the private halves any more, however the upload wants its own keys to be taken.
    this.#dropOneTime.run(mailboxNo);
  }

  /** An upload within a transaction that the caller opened. */
  uploadWithin(mailboxNo: number, upload: PreKeyUpload, maxStored: number): PreKeyCounts {
    const { signedPreKey, lastResortKyberPreKey } = upload;
    if (signedPreKey !== undefined) this.#replaceSigned.run(...signedColumns(signedPreKey), mailboxNo);
    if (lastResortKyberPreKey !== undefined) {
      this.#replaceLastResort.run(...signedColumns(lastResortKyberPreKey), mailboxNo);
    }
    if (upload.oneTimeKeys === 'replace') this.#dropOneTime.run(mailboxNo);
    this.#addOneTimeKeys(mailboxNo, KIND.curve, upload.oneTimePreKeys, maxStored);
    this.#addOneTimeKeys(mailboxNo, KIND.kyber, upload.oneTimeKyberPreKeys, maxStored);
    return this.#counts(mailboxNo);
  }

  #addOneTimeKeys(
    mailboxNo: number,
    kind: Kind,
    keys: readonly (OneTimeKey | SignedKey)[],
    maxStored: number,
  ): void {
    let room = maxStored - (this.#count.get(mailboxNo, kind) ?? 0);
    for (const key of keys) {
      if (this.#wasTaken.get(mailboxNo, digest(key.publicKey)) !== undefined) continue;
      const signature = 'signature' in key ? key.signature : null;
      if (this.#updateOneTime.run(key.publicKey, signature, mailboxNo, kind, key.keyId).changes > 0) continue;
      if (room <= 0) continue;
      this.#insertOneTime.run(mailboxNo, kind, key.keyId, key.publicKey, signature);
      room -= 1;
    }
  }

  #takeBundle(address: DeviceAddress, nowMs: number): PreKeyBundle[] {
    const mailboxNo = this.#directory.mailbox(address);
    const keys = mailboxNo === undefined ? undefined : this.#deviceKeys.get(mailboxNo);
    if (mailboxNo === undefined || keys === undefined) return [];
    const curve = this.#takeOneTime(mailboxNo, KIND.curve, nowMs);
    const kyber = this.#takeOneTime(mailboxNo, KIND.kyber, nowMs);
    return [
      {
        deviceId: address.deviceId,
        registrationId: keys.registration_id,
        signedPreKey: { keyId: keys.signed_id, publicKey: keys.signed_key, signature: keys.signed_signature },
        ...(curve === undefined
          ? {}
          : { oneTimePreKey: { keyId: curve.key_id, publicKey: curve.public_key } }),
        kyberPreKey:
          kyber === undefined || kyber.signature === null
            ? {
                keyId: keys.last_resort_id,
                publicKey: keys.last_resort_key,
                signature: keys.last_resort_signature,
              }
            : { keyId: kyber.key_id, publicKey: kyber.public_key, signature: kyber.signature },
      },
    ];
  }

  #takeOneTime(mailboxNo: number, kind: Kind, nowMs: number): OneTimeRow | undefined {
    const row = this.#firstOneTime.get(mailboxNo, kind);
    if (row === undefined) return undefined;
    this.#deleteOneTime.run(mailboxNo, kind, row.key_id);
    this.#insertTaken.run(mailboxNo, digest(row.public_key), nowMs);
    return row;
  }

  #counts(mailboxNo: number): PreKeyCounts {
    return {
      oneTimePreKeys: this.#count.get(mailboxNo, KIND.curve) ?? 0,
      oneTimeKyberPreKeys: this.#count.get(mailboxNo, KIND.kyber) ?? 0,
    };
  }

  #requireMailbox(address: DeviceAddress): number {
    const mailboxNo = this.#directory.mailbox(address);
    if (mailboxNo === undefined) throw new Error('prekeys of a device that does not exist');
    return mailboxNo;
  }
}

type SignedColumns = [keyId: number, publicKey: Uint8Array, signature: Uint8Array];

function signedColumns(key: SignedKey): SignedColumns {
  return [key.keyId, key.publicKey, key.signature];
}

function digest(publicKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(publicKey).digest().subarray(0, DIGEST_BYTES);
}

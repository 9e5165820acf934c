import { randomBytes } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { idFromBytes, idToBytes, type AccountId } from '../../../src-shared/ids.ts';
import type {
  BeginOutcome,
  BlobId,
  Expired,
  MediaIndex,
  UploadKey,
  UploadState,
  UploadTerms,
} from '../../services/media/storage.ts';
import { promised } from './errors.ts';

interface SizedRow {
  size_bytes: number;
  expires_ms: number;
}

interface UsageRow {
  bytes: number;
  files: number;
}

const TOKEN_KEY_BYTES = 32;

export class SqliteMedia implements MediaIndex {
  readonly tokenKey: Uint8Array;
  readonly #database: Database;
  readonly #upload: Statement<[Uint8Array, Uint8Array], SizedRow>;
  readonly #blob: Statement<[Uint8Array], SizedRow>;
  readonly #owner: Statement<[Uint8Array, Uint8Array], SizedRow>;
  readonly #usage: Statement<[Uint8Array, Uint8Array], UsageRow>;
  readonly #statements: ReturnType<typeof changes>;

  constructor(database: Database) {
    this.#database = database;
    this.tokenKey = settleTokenKey(database);
    this.#upload = database.prepare(
      'SELECT size_bytes, expires_ms FROM media_uploads WHERE account_id = ? AND blob_id = ?',
    );
    this.#blob = database.prepare('SELECT size_bytes, expires_ms FROM media_blobs WHERE blob_id = ?');
    this.#owner = database.prepare(
      `SELECT o.size_bytes, b.expires_ms FROM media_owners o JOIN media_blobs b USING (blob_id)
       WHERE o.account_id = ? AND o.blob_id = ?`,
    );
    this.#usage = database.prepare(
      `SELECT coalesce(sum(size_bytes), 0) AS bytes, count(*) AS files FROM (
         SELECT size_bytes FROM media_owners WHERE account_id = ?
         UNION ALL SELECT size_bytes FROM media_uploads WHERE account_id = ?)`,
    );
    this.#statements = changes(database);
  }

  begin(upload: UploadKey, sizeBytes: number, terms: UploadTerms): Promise<BeginOutcome> {
    const begin = this.#database.transaction(() => this.#begin(upload, sizeBytes, terms));
    return promised(() => begin.immediate());
  }

  state(upload: UploadKey): Promise<UploadState | undefined> {
    return promised(() => {
      const [account, blob] = columns(upload);
      const owned = this.#owner.get(account, blob);
      if (owned !== undefined) return { kind: 'complete', sizeBytes: owned.size_bytes };
      const open = this.#upload.get(account, blob);
      if (open === undefined) return undefined;
      return { kind: 'open', sizeBytes: open.size_bytes, expiresMs: open.expires_ms };
    });
  }

  complete(upload: UploadKey, sizeBytes: number, expiresMs: number): Promise<void> {
    const [account, blob] = columns(upload);
    const complete = this.#database.transaction(() => {
      this.#statements.removeUpload.run(account, blob);
      this.#keep(account, blob, sizeBytes, expiresMs);
    });
    return promised(() => complete.immediate());
  }

  abandon(upload: UploadKey): Promise<boolean> {
    return promised(() => this.#statements.removeUpload.run(...columns(upload)).changes > 0);
  }

  blobBytes(blobId: BlobId): Promise<number | undefined> {
    return promised(() => this.#blob.get(fromHex(blobId))?.size_bytes);
  }

  forgetBlob(blobId: BlobId): Promise<void> {
    const forget = this.#database.transaction(() => {
      this.#statements.removeOwners.run(fromHex(blobId));
      this.#statements.removeBlob.run(fromHex(blobId));
    });
    return promised(() => forget.immediate());
  }

  usedBytes(accountId: AccountId): Promise<number> {
    return promised(() => this.#used(idToBytes(accountId)).bytes);
  }

  expire(nowMs: number, maxRows: number): Promise<Expired> {
    const { expiredUploads, expiredBlobs, removeUpload, removeOwners, removeBlob } = this.#statements;
    const expire = this.#database.transaction((): Expired => {
      const uploads = expiredUploads.all(nowMs, maxRows);
      for (const row of uploads) removeUpload.run(row.account_id, row.blob_id);
      const blobs = expiredBlobs.all(nowMs, maxRows);
      for (const row of blobs) {
        removeOwners.run(row.blob_id);
        removeBlob.run(row.blob_id);
      }
      return {
        uploads: uploads.map((row) => ({
          accountId: idFromBytes<AccountId>(row.account_id),
          blobId: toHex(row.blob_id),
        })),
        blobs: blobs.map((row) => toHex(row.blob_id)),
      };
    });
    return promised(() => expire.immediate());
  }

  #begin(upload: UploadKey, sizeBytes: number, terms: UploadTerms): BeginOutcome {
    const [account, blob] = columns(upload);
    const stored = this.#blob.get(blob);
    const open = this.#upload.get(account, blob);
    if ((stored ?? open ?? { size_bytes: sizeBytes }).size_bytes !== sizeBytes) return { kind: 'other-size' };
    const isCounted = open !== undefined || this.#owner.get(account, blob) !== undefined;
    const used = this.#used(account);
    const isOver = used.bytes + sizeBytes > terms.quotaBytes || used.files >= terms.maxFiles;
    if (!isCounted && isOver) return { kind: 'over-quota' };
    if (stored !== undefined) {
      this.#statements.removeUpload.run(account, blob);
      this.#keep(account, blob, sizeBytes, terms.blobExpiresMs);
      return { kind: 'complete' };
    }
    this.#statements.saveUpload.run(account, blob, sizeBytes, terms.uploadExpiresMs);
    return { kind: 'open', expiresMs: terms.uploadExpiresMs };
  }

  #keep(account: Uint8Array, blob: Uint8Array, sizeBytes: number, expiresMs: number): void {
    this.#statements.saveBlob.run(blob, sizeBytes, expiresMs);
    this.#statements.saveOwner.run(account, blob, sizeBytes);
  }

  #used(account: Uint8Array): UsageRow {
    return this.#usage.get(account, account) ?? { bytes: 0, files: 0 };
  }
}

function changes(database: Database) {
  return {
    saveUpload: database.prepare<[Uint8Array, Uint8Array, number, number]>(
      `INSERT INTO media_uploads VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET expires_ms = excluded.expires_ms`,
    ),
    removeUpload: database.prepare<[Uint8Array, Uint8Array]>(
      'DELETE FROM media_uploads WHERE account_id = ? AND blob_id = ?',
    ),
    saveBlob: database.prepare<[Uint8Array, number, number]>(
      `INSERT INTO media_blobs VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET expires_ms = max(expires_ms, excluded.expires_ms)`,
    ),
    removeBlob: database.prepare<[Uint8Array]>('DELETE FROM media_blobs WHERE blob_id = ?'),
    saveOwner: database.prepare<[Uint8Array, Uint8Array, number]>(
      'INSERT INTO media_owners VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    removeOwners: database.prepare<[Uint8Array]>('DELETE FROM media_owners WHERE blob_id = ?'),
    expiredUploads: database.prepare<[number, number], { account_id: Buffer; blob_id: Buffer }>(
      'SELECT account_id, blob_id FROM media_uploads WHERE expires_ms < ? ORDER BY expires_ms LIMIT ?',
    ),
    expiredBlobs: database.prepare<[number, number], { blob_id: Buffer }>(
      'SELECT blob_id FROM media_blobs WHERE expires_ms < ? ORDER BY expires_ms LIMIT ?',
    ),
  };
}

function settleTokenKey(database: Database): Uint8Array {
  const stored = database.prepare<[], Buffer>('SELECT token_key FROM media_key').pluck().get();
  if (stored !== undefined) return stored;
  const key = randomBytes(TOKEN_KEY_BYTES);
  database.prepare('INSERT INTO media_key VALUES (1, ?)').run(key);
  return key;
}

function columns({ accountId, blobId }: UploadKey): [Uint8Array, Uint8Array] {
  return [idToBytes(accountId), fromHex(blobId)];
}

function fromHex(blobId: BlobId): Buffer {
  return Buffer.from(blobId, 'hex');
}

function toHex(bytes: Buffer): BlobId {
  return bytes.toString('hex') as BlobId;
}

/** Rows of attachments and of local copies. */
import type { AttachmentView, TransferView } from '../../../src-shared/contract/views.ts';
import { ERROR_CODES, type ErrorCode } from '../../../src-shared/errors.ts';
import type { FileId, MessageId, RoomId } from '../../../src-shared/ids.ts';
import { z } from 'zod';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import type { FilePointer } from './file-folder.ts';
import type { AttachmentFacts, AttachmentPointer } from './pointer.ts';

export type Direction = 'up' | 'down';
export type TransferState = TransferView['state'];

/** An encrypted local copy. */
export interface LocalFile {
  readonly row: number;
  readonly name: string;
  readonly pointer: FilePointer;
}

export interface StoredAttachment extends AttachmentFacts {
  readonly row: number;
  readonly fileId: FileId;
  readonly messageId: MessageId | null;
  readonly thumbnailOf: number | null;
  readonly isUnchangedImage: boolean;
  readonly file: number | null;
  readonly direction: Direction | null;
  readonly transfer: TransferState | null;
  readonly failure: ErrorCode | null;
}

export interface NewAttachment {
  readonly facts: AttachmentFacts;
  readonly fileId: FileId;
  readonly thumbnailOf: number | null;
  readonly messageId: MessageId | null;
  readonly position: number;
  readonly file: number | null;
  readonly isUnchangedImage: boolean;
  readonly createdAtMs: number;
}

interface Row {
  row: number;
  fileId: Blob;
  messageId: Blob | null;
  thumbnailOf: number | null;
  blobId: Blob;
  key: Blob;
  size: number;
  digest: Blob;
  fileName: string;
  mediaType: string;
  width: number;
  height: number;
  blurHash: string;
  isUnchangedImage: number;
  file: number | null;
  direction: Direction | null;
  transfer: TransferState | null;
  failure: string | null;
}

interface FileRow {
  row: number;
  name: string;
  blobId: Blob;
  key: Blob;
  size: number;
  digest: Blob;
}

const COLUMNS = `a.id AS row, a.file_id AS fileId, a.message_id AS messageId, a.thumbnail_of AS thumbnailOf,
  a.blob_id AS blobId, a.key, a.size, a.digest, a.file_name AS fileName, a.media_type AS mediaType, a.width, a.height,
  a.blur_hash AS blurHash, a.is_unchanged_image AS isUnchangedImage, a.file, a.direction, a.transfer, a.failure`;
const FILE_COLUMNS = 'id AS row, name, blob_id AS blobId, key, size, digest';
const errorCode = z.enum(ERROR_CODES).nullable().catch('internal');

export type AttachmentRepository = ReturnType<typeof attachmentRepository>;

export function attachmentRepository(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO attachments (file_id, message_id, position, thumbnail_of, blob_id, key, size, digest, file_name,
       media_type, width, height, blur_hash, is_unchanged_image, file, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const byFileId = sql.prepare<[Blob], Row>(`SELECT ${COLUMNS} FROM attachments a WHERE file_id = ?`);
  const byRow = sql.prepare<[number], Row>(`SELECT ${COLUMNS} FROM attachments a WHERE id = ?`);
  const ofMessage = sql.prepare<[Blob], Row>(
    `SELECT ${COLUMNS} FROM attachments a WHERE message_id = ? ORDER BY position, id`,
  );
  const thumbnailOf = sql.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM attachments a WHERE thumbnail_of = ?`,
  );
  // Thumbnails come by themselves, but not from strangers.
  const waiting = sql.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM attachments a JOIN messages m ON m.message_id = a.message_id
     JOIN conversations c ON c.id = m.conversation
     WHERE a.transfer = 'queued' AND (a.thumbnail_of IS NULL OR c.state = 'active')
     ORDER BY a.thumbnail_of IS NULL, a.id LIMIT 100`,
  );
  const attach = sql.prepare<[Blob, number, number, number]>(
    'UPDATE attachments SET message_id = ?, position = ? WHERE id = ? OR thumbnail_of = ?',
  );
  const setTransfer = sql.prepare<[Direction, TransferState, string | null, number]>(
    'UPDATE attachments SET direction = ?, transfer = ?, failure = ? WHERE id = ?',
  );
  const setFile = sql.prepare<[number | null, number]>('UPDATE attachments SET file = ? WHERE id = ?');
  const remove = sql.prepare<[number]>('DELETE FROM attachments WHERE id = ?');
  const fileByDigest = sql.prepare<[Uint8Array], FileRow>(
    `SELECT ${FILE_COLUMNS} FROM files WHERE digest = ?`,
  );
  const fileByRow = sql.prepare<[number], FileRow>(`SELECT ${FILE_COLUMNS} FROM files WHERE id = ?`);
  const insertFile = sql.prepare<[string, Uint8Array, Uint8Array, Uint8Array, number, number]>(
    'INSERT INTO files (name, digest, blob_id, key, size, stored_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const unusedFiles = sql.prepare<[], FileRow>(
    `SELECT ${FILE_COLUMNS} FROM files f WHERE NOT EXISTS (SELECT 1 FROM attachments WHERE file = f.id)`,
  );
  const removeFile = sql.prepare<[number]>('DELETE FROM files WHERE id = ?');
  const fileNames = sql.prepare<[], { name: string }>('SELECT name FROM files');
  const partial = sql.prepare<[], { fileId: Blob }>(
    `SELECT file_id AS fileId FROM attachments WHERE direction = 'down' AND transfer IN ('queued', 'paused', 'failed')`,
  );
  const removeOf = sql.prepare<[Blob]>('DELETE FROM attachments WHERE message_id = ?');
  const removeAbandoned = sql.prepare<[number]>(
    'DELETE FROM attachments WHERE message_id IS NULL AND created_at_ms < ?',
  );
  const usage = sql.prepare<[], { roomId: Blob; bytes: number; files: number }>(
    `SELECT c.room_id AS roomId, sum(f.size) AS bytes, count(*) AS files FROM (
       SELECT DISTINCT m.conversation, a.file FROM attachments a JOIN messages m ON m.message_id = a.message_id
       WHERE a.file IS NOT NULL) used
     JOIN files f ON f.id = used.file JOIN conversations c ON c.id = used.conversation
     GROUP BY c.id ORDER BY bytes DESC`,
  );
  const total = sql.prepare<[], { bytes: number }>('SELECT coalesce(sum(size), 0) AS bytes FROM files');
  // A file goes only when no attachment that uses it is still to leave, or belongs to no message yet.
  const droppable = sql.prepare<[number, number, Blob | null, Blob | null], { file: number; size: number }>(
    `SELECT f.id AS file, f.size FROM files f
     WHERE f.stored_at_ms <= ? AND f.size >= ?
       AND NOT EXISTS (SELECT 1 FROM attachments a LEFT JOIN messages m ON m.message_id = a.message_id
         WHERE a.file = f.id AND (m.id IS NULL OR a.thumbnail_of IS NOT NULL
           OR m.delivery IN ('queued', 'encrypted', 'failed')
           OR (? IS NOT NULL AND m.conversation <> (SELECT id FROM conversations WHERE room_id = ?))))`,
  );
  const releaseFile = sql.prepare<[number]>(
    `UPDATE attachments SET file = NULL, direction = NULL, transfer = NULL, failure = NULL WHERE file = ?`,
  );

  const find = (row: Row | undefined): StoredAttachment | null => (row === undefined ? null : stored(row));
  function localFile(row: FileRow | undefined): LocalFile | null {
    return row === undefined ? null : { row: row.row, name: row.name, pointer: pointerOf(row) };
  }

  return {
    insert(attachment: NewAttachment): number {
      const { facts } = attachment;
      const result = insert.run(
        blob(attachment.fileId),
        attachment.messageId === null ? null : blob(attachment.messageId),
        attachment.position,
        attachment.thumbnailOf,
        facts.pointer.blobId,
        facts.pointer.key,
        facts.pointer.sizeBytes,
        facts.pointer.digest,
        facts.fileName,
        facts.mediaType,
        facts.width,
        facts.height,
        facts.blurHash,
        attachment.isUnchangedImage ? 1 : 0,
        attachment.file,
        attachment.createdAtMs,
      );
      return Number(result.lastInsertRowid);
    },
    get: (fileId: FileId): StoredAttachment | null => find(byFileId.get(blob(fileId))),
    byRow: (row: number): StoredAttachment | null => find(byRow.get(row)),
    thumbnail: (row: number): StoredAttachment | null => find(thumbnailOf.get(row)),
    /** Thumbnails among them, each with its attachment. */
    ofMessage: (messageId: MessageId): readonly StoredAttachment[] =>
      ofMessage.all(blob(messageId)).map(stored),
    /** As their message points to them. */
    pointers(messageId: MessageId): readonly AttachmentPointer[] {
      const all = ofMessage.all(blob(messageId)).map(stored);
      return all
        .filter((attachment) => attachment.thumbnailOf === null)
        .map((attachment) => ({
          ...attachment,
          thumbnail: all.find((other) => other.thumbnailOf === attachment.row) ?? null,
        }));
    },
    views: (messageId: MessageId): readonly AttachmentView[] =>
      attachmentViews(ofMessage.all(blob(messageId))),
    view(fileId: FileId): AttachmentView | null {
      const row = byFileId.get(blob(fileId));
      return row === undefined ? null : (attachmentViews([row, ...thumbnailOf.all(row.row)])[0] ?? null);
    },
    /** With its thumbnail. */
    attach: (row: number, messageId: MessageId, position: number) =>
      void attach.run(blob(messageId), position, row, row),
    setTransfer: (
      row: number,
      direction: Direction,
      state: TransferState,
      failure: ErrorCode | null = null,
    ) => void setTransfer.run(direction, state, failure, row),
    /** What is to be moved, thumbnails first. */
    waiting: (): readonly StoredAttachment[] => waiting.all().map(stored),
    remove: (row: number) => void remove.run(row),
    /** The message was deleted: where its files are, and what opens them, goes with it. */
    removeOf: (messageId: MessageId) => void removeOf.run(blob(messageId)),

    fileByDigest: (digest: Uint8Array): LocalFile | null => localFile(fileByDigest.get(digest)),
    file: (row: number): LocalFile | null => localFile(fileByRow.get(row)),
    insertFile(name: string, pointer: FilePointer, nowMs: number): number {
      const { digest, blobId, key, sizeBytes } = pointer;
      return Number(insertFile.run(name, digest, blobId, key, sizeBytes, nowMs).lastInsertRowid);
    },
    setFile: (row: number, file: number) => void setFile.run(file, row),
    /** Forgets local copies that nothing points to; returns their names in the folder. */
    removeUnusedFiles(): readonly string[] {
      const unused = unusedFiles.all();
      for (const file of unused) removeFile.run(file.row);
      return unused.map((file) => file.name);
    },
    removeAbandoned: (beforeMs: number) => void removeAbandoned.run(beforeMs),
    /** Names that belong in the folder: copies, and the parts of downloads that can go on. */
    knownNames: (): ReadonlySet<string> =>
      new Set([
        ...fileNames.all().map((row) => row.name),
        ...partial.all().map((row) => partName(fromBlob<FileId>(row.fileId))),
      ]),
    usage: () => ({
      totalBytes: total.get()?.bytes ?? 0,
      rooms: usage
        .all()
        .map((row) => ({ roomId: fromBlob<RoomId>(row.roomId), bytes: row.bytes, files: row.files })),
    }),
    /** Gives local copies up; returns the bytes of plaintext they held. */
    drop(terms: {
      readonly storedBeforeMs: number;
      readonly minBytes: number;
      readonly roomId: RoomId | null;
    }): number {
      const room = terms.roomId === null ? null : blob(terms.roomId);
      const rows = droppable.all(terms.storedBeforeMs, terms.minBytes, room, room);
      for (const { file } of rows) releaseFile.run(file);
      return rows.reduce((sum, row) => sum + row.size, 0);
    },
  };
}

/** A download on its way. */
export function partName(fileId: FileId): string {
  return `${fileId}.part`;
}

function pointerOf(row: Pick<Row, 'blobId' | 'key' | 'size' | 'digest'>): FilePointer {
  return { blobId: row.blobId, key: row.key, sizeBytes: row.size, digest: row.digest };
}

function stored(row: Row): StoredAttachment {
  return {
    row: row.row,
    fileId: fromBlob<FileId>(row.fileId),
    messageId: row.messageId === null ? null : fromBlob<MessageId>(row.messageId),
    thumbnailOf: row.thumbnailOf,
    pointer: pointerOf(row),
    fileName: row.fileName,
    mediaType: row.mediaType,
    width: row.width,
    height: row.height,
    blurHash: row.blurHash,
    isUnchangedImage: row.isUnchangedImage === 1,
    file: row.file,
    direction: row.direction,
    transfer: row.transfer,
    failure: errorCode.parse(row.failure),
  };
}

function attachmentViews(rows: readonly Row[]): readonly AttachmentView[] {
  return rows
    .filter((row) => row.thumbnailOf === null)
    .map((row) => {
      const thumbnail = rows.find((other) => other.thumbnailOf === row.row);
      return {
        fileId: fromBlob<FileId>(row.fileId),
        name: row.fileName,
        mediaType: row.mediaType,
        size: row.size,
        image: row.width === 0 ? null : { width: row.width, height: row.height, blurHash: row.blurHash },
        thumbnail:
          thumbnail === undefined
            ? null
            : {
                fileId: fromBlob<FileId>(thumbnail.fileId),
                width: thumbnail.width,
                height: thumbnail.height,
                isLocal: thumbnail.file !== null,
              },
        isLocal: row.file !== null,
        isUnchangedImage: row.isUnchangedImage === 1,
        transfer:
          row.direction === null || row.transfer === null
            ? null
            : { direction: row.direction, state: row.transfer, reason: errorCode.parse(row.failure) },
      };
    });
}

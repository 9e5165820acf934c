/** Signed contents that changed something: the evidence, and what edits and deletions are put together from. */
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import {
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type MessageId,
} from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { HybridTime } from '../crypto/hybrid-clock.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import type { Stamp } from '../crypto/stamp.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import { extrasFromJson, extrasToJson, type Extras } from './extras.ts';

export type OperationKind = 'edit' | 'delete' | 'reaction' | 'pin' | 'timer';

export interface NewOperation {
  readonly contentHash: Blob;
  readonly contentId: MessageId;
  readonly conversation: ConversationRow;
  readonly kind: OperationKind;
  readonly target: MessageId | null;
  readonly author: DeviceAddress;
  readonly side: 'own' | 'foreign';
  readonly time: HybridTime;
  readonly stamp: Stamp;
  /** Null while no relay has it. */
  readonly acceptedOrder: number | null;
  /** Edits: the new wording. */
  readonly wording: { readonly text: string; readonly extras: Extras } | null;
  readonly integrity: IntegrityVerdict;
  readonly signed: SignedBytes;
}

/** A later wording of a message. */
export interface Edit {
  readonly text: string;
  readonly extras: Extras;
  readonly stamp: Stamp;
  readonly atMs: number;
  readonly author: DeviceAddress;
  readonly integrity: IntegrityVerdict;
}

export interface Deletion {
  readonly by: AccountId;
  /** Null for one of ours that no relay has yet. */
  readonly acceptedOrder: number | null;
}

/** One of ours, as it stands in the outbox. */
export interface OwnOperation {
  readonly contentHash: Blob;
  readonly conversation: ConversationRow;
  readonly kind: OperationKind;
  readonly target: MessageId | null;
  readonly author: DeviceAddress;
  readonly time: HybridTime;
  readonly stamp: Stamp;
  readonly signed: SignedBytes | null;
  readonly failure: ErrorCode | null;
}

interface EditRow {
  text: string;
  extras: string | null;
  stamp: Stamp;
  atMs: number;
  authorId: Blob;
  deviceId: number;
  signature: IntegrityVerdict['signature'];
  chain: IntegrityVerdict['chain'];
  clock: IntegrityVerdict['clock'];
}

interface OwnRow {
  contentHash: Blob;
  conversation: ConversationRow;
  kind: OperationKind;
  target: Blob | null;
  authorId: Blob;
  deviceId: number;
  hlcMs: number;
  hlcCounter: number;
  stamp: Stamp;
  content: Blob | null;
  signature: Blob | null;
  failure: ErrorCode | null;
}

export type OperationRepository = ReturnType<typeof operationRepository>;

export function operationRepository(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO operations (content_hash, content_id, conversation, kind, target, author_account_id,
       author_device_id, is_own, hlc_ms, hlc_counter, stamp, accepted_order, text, extras,
       signature_verdict, chain_verdict, clock_verdict, content, signature)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  // Only what its author demonstrably signed counts; the rest is kept as evidence.
  const edits = sql.prepare<[Blob, number, Blob], EditRow>(
    `SELECT text, extras, stamp, hlc_ms AS atMs, author_account_id AS authorId, author_device_id AS deviceId,
            signature_verdict AS signature, chain_verdict AS chain, clock_verdict AS clock
     FROM operations
     WHERE target = ? AND conversation = ? AND kind = 'edit' AND author_account_id = ? AND text IS NOT NULL
       AND signature_verdict = 'valid'
     ORDER BY stamp`,
  );
  const deletions = sql.prepare<[Blob, number], { authorId: Blob; acceptedOrder: number | null }>(
    `SELECT author_account_id AS authorId, accepted_order AS acceptedOrder FROM operations
     WHERE target = ? AND conversation = ? AND kind = 'delete' AND signature_verdict = 'valid'
     ORDER BY stamp`,
  );
  const forget = sql.prepare<[Blob, number]>(
    `UPDATE operations SET text = NULL, extras = NULL, content = NULL, signature = NULL
     WHERE target = ? AND conversation = ? AND kind = 'edit'`,
  );
  const remove = sql.prepare<[Blob, number]>('DELETE FROM operations WHERE target = ? AND conversation = ?');
  const own = sql.prepare<[Blob], OwnRow>(
    `SELECT content_hash AS contentHash, conversation, kind, target, author_account_id AS authorId,
            author_device_id AS deviceId, hlc_ms AS hlcMs, hlc_counter AS hlcCounter, stamp, content,
            signature, failure
     FROM operations WHERE content_id = ? AND is_own = 1`,
  );
  const all = sql.prepare<
    [number, OperationKind, Blob | null],
    { authorId: Blob; content: Blob; stamp: Stamp }
  >(
    `SELECT author_account_id AS authorId, content, stamp FROM operations
     WHERE conversation = ? AND kind = ? AND target IS ? AND signature_verdict = 'valid' AND content IS NOT NULL
     ORDER BY stamp`,
  );
  const accept = sql.prepare<[number, Stamp, Blob]>(
    'UPDATE operations SET accepted_order = ?, stamp = ?, failure = NULL WHERE content_hash = ?',
  );
  const setFailure = sql.prepare<[ErrorCode | null, Blob]>(
    'UPDATE operations SET failure = ? WHERE content_id = ? AND is_own = 1 AND accepted_order IS NULL',
  );
  const isTarget = sql.prepare<[Blob, number]>(
    'SELECT 1 FROM operations WHERE target = ? AND conversation = ? LIMIT 1',
  );

  return {
    /** False for one that is known already. */
    insert(operation: NewOperation): boolean {
      const { author, integrity, signed, wording, time } = operation;
      const { changes } = insert.run(
        operation.contentHash,
        blob(operation.contentId),
        operation.conversation,
        operation.kind,
        operation.target === null ? null : blob(operation.target),
        blob(author.accountId),
        author.deviceId,
        operation.side === 'own' ? 1 : 0,
        time.ms,
        time.counter,
        operation.stamp,
        operation.acceptedOrder,
        wording?.text ?? null,
        wording === null ? null : extrasToJson(wording.extras),
        integrity.signature,
        integrity.chain,
        integrity.clock,
        signed.content,
        signed.signature,
      );
      return changes > 0;
    },
    /** Later wordings by the message's author, oldest first. */
    edits: (target: MessageId, conversation: ConversationRow, authorId: AccountId): readonly Edit[] =>
      edits.all(blob(target), conversation, blob(authorId)).map((row) => ({
        text: row.text,
        extras: extrasFromJson(row.extras),
        stamp: row.stamp,
        atMs: row.atMs,
        author: { accountId: fromBlob<AccountId>(row.authorId), deviceId: parseDeviceId(row.deviceId) },
        integrity: { signature: row.signature, chain: row.chain, clock: row.clock },
      })),
    /** Everybody who asked for it to be gone, oldest first; whether they may is for others to say. */
    deletions: (target: MessageId, conversation: ConversationRow): readonly Deletion[] =>
      deletions.all(blob(target), conversation).map((row) => ({
        by: fromBlob<AccountId>(row.authorId),
        acceptedOrder: row.acceptedOrder,
      })),
    isTarget: (messageId: MessageId, conversation: ConversationRow): boolean =>
      isTarget.get(blob(messageId), conversation) !== undefined,
    /** The wordings of a deleted message go with it; that there were some stays. */
    forgetWordings: (target: MessageId, conversation: ConversationRow) =>
      void forget.run(blob(target), conversation),
    removeAllOf: (target: MessageId, conversation: ConversationRow) =>
      void remove.run(blob(target), conversation),
    own(contentId: MessageId): OwnOperation | null {
      const row = own.get(blob(contentId));
      if (row === undefined) return null;
      return {
        contentHash: row.contentHash,
        conversation: row.conversation,
        kind: row.kind,
        target: row.target === null ? null : fromBlob<MessageId>(row.target),
        author: { accountId: fromBlob<AccountId>(row.authorId), deviceId: parseDeviceId(row.deviceId) },
        time: { ms: row.hlcMs, counter: row.hlcCounter },
        stamp: row.stamp,
        signed:
          row.content === null || row.signature === null
            ? null
            : { content: row.content, signature: row.signature },
        failure: row.failure,
      };
    },
    /** Valid ones of a kind, on a message or on the conversation itself, oldest first. */
    all: (conversation: ConversationRow, kind: OperationKind, target: MessageId | null) =>
      all.all(conversation, kind, target === null ? null : blob(target)).map((row) => ({
        authorId: fromBlob<AccountId>(row.authorId),
        content: row.content,
        stamp: row.stamp,
      })),
    accept: (contentHash: Blob, order: number, stamp: Stamp) => void accept.run(order, stamp, contentHash),
    setFailure: (contentId: MessageId, failure: ErrorCode | null): boolean =>
      setFailure.run(failure, blob(contentId)).changes > 0,
  };
}

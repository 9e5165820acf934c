/** Contents that are to be sent, in order. A row is durable before anything of it leaves this device. */
import type { AccountId, EnvelopeId, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob, joinIds, splitIds } from '../store/ids.ts';

/** Whose devices a content is for: the other side's and our own others, one of them only. */
export type Audience = 'everyone' | 'peer' | 'own-devices';

export interface OutboxItem {
  readonly row: number;
  readonly audience: Audience;
  /** Accounts it is for, where the audience does not say. */
  readonly recipients: readonly AccountId[] | null;
  readonly messageId: MessageId | null;
  readonly signed: SignedBytes;
  readonly createdAtMs: number;
}

export interface NewOutboxItem {
  readonly conversation: ConversationRow;
  readonly audience: Audience;
  /** Accounts it is for, where the audience does not say. */
  readonly recipients: readonly AccountId[] | null;
  readonly messageId: MessageId | null;
  readonly signed: SignedBytes;
  readonly createdAtMs: number;
}

interface Row {
  row: number;
  audience: Audience;
  recipients: Blob | null;
  messageId: Blob | null;
  content: Blob;
  signature: Blob;
  createdAtMs: number;
}

export type OutboxRepository = ReturnType<typeof outboxRepository>;

export function outboxRepository(sql: Sql) {
  const insert = sql.prepare<[number, Audience, Blob | null, Blob | null, Uint8Array, Uint8Array, number]>(
    `INSERT INTO outbox (conversation, audience, recipients, message_id, content, signature, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const queued = sql.prepare<[number, number], Row>(
    `SELECT id AS row, audience, recipients, message_id AS messageId, content, signature, created_at_ms AS createdAtMs
     FROM outbox WHERE conversation = ? AND envelope_id IS NULL ORDER BY id LIMIT ?`,
  );
  const queuedMessage = sql.prepare<[number]>(
    'SELECT 1 FROM outbox WHERE conversation = ? AND envelope_id IS NULL AND message_id IS NOT NULL LIMIT 1',
  );
  const conversations = sql.prepare<[], { conversation: ConversationRow }>(
    `SELECT conversation FROM outbox
     UNION SELECT conversation FROM receipts_due
     UNION SELECT conversation FROM envelopes WHERE state = 'pending'`,
  );
  const unsent = sql.prepare<[], { unsentContents: number; unsentOther: number }>(
    `SELECT (SELECT count(*) FROM outbox) AS unsentContents,
            (SELECT count(*) FROM receipts_due) +
            (SELECT count(*) FROM envelopes WHERE state = 'pending' AND resend_of IS NOT NULL) AS unsentOther`,
  );
  const assign = sql.prepare<[Blob, number]>('UPDATE outbox SET envelope_id = ? WHERE id = ?');
  const unassign = sql.prepare<[Blob]>('UPDATE outbox SET envelope_id = NULL WHERE envelope_id = ?');
  const messagesOf = sql.prepare<[Blob], { messageId: Blob }>(
    'SELECT message_id AS messageId FROM outbox WHERE envelope_id = ? AND message_id IS NOT NULL ORDER BY id',
  );
  const removeOf = sql.prepare<[Blob]>('DELETE FROM outbox WHERE envelope_id = ?');
  const removeMessage = sql.prepare<[Blob]>(
    'DELETE FROM outbox WHERE message_id = ? AND envelope_id IS NULL',
  );
  const removeQueued = sql.prepare<[number], { messageId: Blob | null }>(
    'DELETE FROM outbox WHERE conversation = ? AND envelope_id IS NULL RETURNING message_id AS messageId',
  );

  return {
    add(item: NewOutboxItem): void {
      insert.run(
        item.conversation,
        item.audience,
        item.recipients === null ? null : joinIds(item.recipients),
        item.messageId === null ? null : blob(item.messageId),
        item.signed.content,
        item.signed.signature,
        item.createdAtMs,
      );
    },
    /** Oldest first. */
    queued: (conversation: ConversationRow, limit: number): readonly OutboxItem[] =>
      queued.all(conversation, limit).map((row) => ({
        row: row.row,
        audience: row.audience,
        recipients: row.recipients === null ? null : splitIds(row.recipients),
        messageId: row.messageId === null ? null : fromBlob<MessageId>(row.messageId),
        signed: { content: row.content, signature: row.signature },
        createdAtMs: row.createdAtMs,
      })),
    hasQueuedMessage: (conversation: ConversationRow): boolean =>
      queuedMessage.get(conversation) !== undefined,
    /** Conversations that have anything to send. */
    conversationsWithWork: (): readonly ConversationRow[] =>
      conversations.all().map((row) => row.conversation),
    /** What no relay has confirmed yet, in numbers. */
    unsent: (): { unsentContents: number; unsentOther: number } =>
      unsent.get() ?? { unsentContents: 0, unsentOther: 0 },
    assign(item: OutboxItem, envelopeId: EnvelopeId): void {
      assign.run(blob(envelopeId), item.row);
    },
    /** Back to the queue: the envelope was given up before any relay had it. */
    unassign: (envelopeId: EnvelopeId) => void unassign.run(blob(envelopeId)),
    messagesOf: (envelopeId: EnvelopeId): readonly MessageId[] =>
      messagesOf.all(blob(envelopeId)).map((row) => fromBlob<MessageId>(row.messageId)),
    removeOf: (envelopeId: EnvelopeId) => void removeOf.run(blob(envelopeId)),
    removeMessage: (messageId: MessageId): boolean => removeMessage.run(blob(messageId)).changes > 0,
    /** Drops what is queued in a conversation; returns the messages among it. */
    removeQueued: (conversation: ConversationRow): readonly MessageId[] =>
      removeQueued
        .all(conversation)
        .flatMap((row) => (row.messageId === null ? [] : [fromBlob<MessageId>(row.messageId)])),
  };
}

/** Receipts that are owed to the authors of messages, until the relay has them. */
import type { AccountId, EnvelopeId, MessageId } from '../../../src-shared/ids.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';

export type ReceiptKind = 'delivered' | 'read';

export interface DueReceipt {
  readonly messageId: MessageId;
  readonly kind: ReceiptKind;
  /** Whom to tell, in a room; null is the other side. */
  readonly authorId: AccountId | null;
}

export type ReceiptRepository = ReturnType<typeof receiptRepository>;

export function receiptRepository(sql: Sql) {
  const add = sql.prepare<[Blob, ReceiptKind, number, Blob | null]>(
    `INSERT INTO receipts_due (message_id, kind, conversation, author_account_id) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET envelope_id = NULL`,
  );
  const due = sql.prepare<[number, number], { messageId: Blob; kind: ReceiptKind; authorId: Blob | null }>(
    `SELECT message_id AS messageId, kind, author_account_id AS authorId FROM receipts_due
     WHERE conversation = ? AND envelope_id IS NULL LIMIT ?`,
  );
  const assign = sql.prepare<[Blob, Blob, ReceiptKind]>(
    'UPDATE receipts_due SET envelope_id = ? WHERE message_id = ? AND kind = ?',
  );
  const unassign = sql.prepare<[Blob]>('UPDATE receipts_due SET envelope_id = NULL WHERE envelope_id = ?');
  const removeOf = sql.prepare<[Blob]>('DELETE FROM receipts_due WHERE envelope_id = ?');
  const removeAll = sql.prepare<[number]>(
    'DELETE FROM receipts_due WHERE conversation = ? AND envelope_id IS NULL',
  );

  return {
    add: (
      conversation: ConversationRow,
      messageId: MessageId,
      kind: ReceiptKind,
      authorId: AccountId | null = null,
    ) => void add.run(blob(messageId), kind, conversation, authorId === null ? null : blob(authorId)),
    due: (conversation: ConversationRow, limit: number): readonly DueReceipt[] =>
      due.all(conversation, limit).map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        kind: row.kind,
        authorId: row.authorId === null ? null : fromBlob<AccountId>(row.authorId),
      })),
    assign: (receipt: DueReceipt, envelopeId: EnvelopeId) =>
      void assign.run(blob(envelopeId), blob(receipt.messageId), receipt.kind),
    unassign: (envelopeId: EnvelopeId) => void unassign.run(blob(envelopeId)),
    removeOf: (envelopeId: EnvelopeId) => void removeOf.run(blob(envelopeId)),
    removeAll: (conversation: ConversationRow) => void removeAll.run(conversation),
  };
}

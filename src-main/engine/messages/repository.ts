/** Rows of messages, and what changes them. Reading pages: history.ts. */
import { fromBinary } from '@bufbuild/protobuf';
import type {
  HistoryCursor,
  IntegrityVerdict,
  MessageVersion,
  Notice,
} from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import {
  parseDeviceId,
  type AccountId,
  type DeviceAddress,
  type MessageId,
} from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { contentHash, type ChainPlace, type KnownLink } from '../crypto/author-chain.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { previousHashOf } from '../crypto/signed-content.ts';
import type { Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import type { DeliveryState } from './delivery.ts';
import { extrasFromJson, extrasToJson, textFromWire, type Extras, type MessageText } from './extras.ts';
import { messageStatements } from './statements.ts';

/** Sorts after all that the relay will accept in this century; own messages stand here until it has. */
const PENDING_ORDER = 2 ** 52;

interface NewMessage {
  readonly messageId: MessageId;
  readonly conversation: ConversationRow;
  readonly author: DeviceAddress;
  readonly sentAtMs: number;
}

export interface NewText extends NewMessage {
  readonly message: MessageText;
  readonly mentions: 'me' | 'others';
  /** Null for one that waits for its files and is signed when it leaves. */
  readonly signed: SignedBytes | null;
  /** Its place in its author's chain. */
  readonly chain: ChainPlace | null;
  readonly integrity: IntegrityVerdict;
  /** Null while no relay has it. */
  readonly acceptedOrder: number | null;
}

export interface NewNotice extends NewMessage {
  readonly notice: Notice;
  readonly order: number;
}

export interface MessagePlace {
  readonly conversation: ConversationRow;
  readonly kind: 'text' | 'notice';
  readonly authorId: AccountId;
  readonly isOwn: boolean;
  readonly delivery: DeliveryState | null;
  readonly threadRoot: MessageId | null;
  readonly isDeleted: boolean;
  readonly mentionsMe: boolean;
}

/** A message as it was written, to be put together with what happened to it since. */
export interface OriginalText {
  readonly text: string;
  readonly extras: Extras;
}

/** What shows of a message. */
export interface ShownText {
  readonly text: string;
  readonly extras: Extras;
  readonly mentions: 'me' | 'others';
  readonly editedAtMs: number | null;
}

/** One that was unread until now. */
export interface ReadMessage {
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly threadRoot: MessageId | null;
}

export type MessageRepository = ReturnType<typeof messageRepository>;

export function messageRepository(sql: Sql) {
  const statements = messageStatements(sql);

  function insertText(
    message: NewText,
    side: { isOwn: 0 | 1; isUnread: 0 | 1; receivedAtMs: number | null; delivery: DeliveryState | null },
  ): void {
    const { messageId, conversation, author, sentAtMs, acceptedOrder, integrity, signed, chain } = message;
    const { text, extras, threadRoot, place, expiresAfterS } = message.message;
    statements.insertText.run(
      blob(messageId),
      conversation,
      blob(author.accountId),
      author.deviceId,
      side.isOwn,
      text,
      sentAtMs,
      acceptedOrder ?? PENDING_ORDER,
      acceptedOrder,
      side.receivedAtMs,
      side.isUnread,
      side.delivery,
      integrity.signature,
      integrity.chain,
      integrity.clock,
      signed?.content ?? null,
      signed?.signature ?? null,
      chain?.epoch ?? null,
      chain?.index ?? null,
      threadRoot === null ? null : blob(threadRoot),
      place === 'thread' ? 0 : 1,
      extrasToJson(extras),
      message.mentions === 'me' ? 1 : 0,
      expiresAfterS,
      acceptedOrder === null ? null : expiryMs(acceptedOrder, expiresAfterS),
    );
  }

  return {
    place(messageId: MessageId): MessagePlace | null {
      const row = statements.place.get(blob(messageId));
      if (row === undefined) return null;
      return {
        conversation: row.conversation as ConversationRow,
        kind: row.kind,
        authorId: fromBlob<AccountId>(row.authorId),
        isOwn: row.isOwn === 1,
        delivery: row.delivery,
        threadRoot: row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot),
        isDeleted: row.deletedBy !== null,
        mentionsMe: row.mentionsMe === 1,
      };
    },
    /** Null for what is not a text, or was deleted. The wording that was signed, whatever shows now. */
    original(messageId: MessageId): OriginalText | null {
      const content = statements.original.get(blob(messageId))?.content ?? null;
      if (content === null) return null;
      const { body } = fromBinary(wire.ContentSchema, content);
      if (body.case !== 'text') return null;
      const { text, extras } = textFromWire(body.value);
      return { text, extras };
    },
    /** Null for what is not a text, or was deleted. */
    firstVersion(messageId: MessageId): Omit<MessageVersion, 'isShown'> | null {
      const original = this.original(messageId);
      const row = statements.verdicts.get(blob(messageId));
      if (original === null || row === undefined) return null;
      const { atMs, deviceId, ...integrity } = row;
      return { text: original.text, atMs, authorDeviceId: parseDeviceId(deviceId), integrity };
    },
    /** The words as they stand now; null for what is not a text, or was deleted. */
    shown(messageId: MessageId): OriginalText | null {
      const row = statements.shown.get(blob(messageId));
      return row === undefined ? null : { text: row.text, extras: extrasFromJson(row.extras) };
    },
    show(messageId: MessageId, shown: ShownText): void {
      statements.show.run(
        shown.text,
        extrasToJson(shown.extras),
        shown.mentions === 'me' ? 1 : 0,
        shown.editedAtMs,
        blob(messageId),
      );
    },
    /** Leaves a mark where the message stood; its words and their proof are gone. */
    markDeleted: (messageId: MessageId, by: AccountId): boolean =>
      statements.markDeleted.run(blob(by), blob(messageId)).changes > 0,
    annotate: (messageId: MessageId) => void statements.annotate.run(blob(messageId)),

    insertOwn(message: NewText): void {
      const delivery = message.acceptedOrder === null ? 'queued' : 'accepted';
      insertText(message, { isOwn: 1, isUnread: 0, receivedAtMs: null, delivery });
    },
    insertForeign(message: NewText, receivedAtMs: number, state: 'unread' | 'read'): void {
      insertText(message, { isOwn: 0, isUnread: state === 'unread' ? 1 : 0, receivedAtMs, delivery: null });
    },
    insertNotice(notice: NewNotice): void {
      statements.insertNotice.run(
        blob(notice.messageId),
        notice.conversation,
        blob(notice.author.accountId),
        notice.author.deviceId,
        JSON.stringify(notice.notice),
        notice.sentAtMs,
        notice.order,
        notice.sentAtMs,
      );
    },
    setNotice: (messageId: MessageId, notice: Notice) =>
      void statements.setBody.run(JSON.stringify(notice), blob(messageId)),
    /** True when there was one. */
    remove: (messageId: MessageId): boolean => statements.remove.run(blob(messageId)).changes > 0,
    /** What a message says that waits for its files; null for any other. */
    unsigned(messageId: MessageId): MessageText | null {
      const row = statements.unsigned.get(blob(messageId));
      if (row === undefined) return null;
      const threadRoot = row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot);
      return {
        text: row.text,
        extras: extrasFromJson(row.extras),
        threadRoot,
        place: threadRoot === null ? 'room' : row.inRoom === 1 ? 'thread-and-room' : 'thread',
        expiresAfterS: row.expiresAfterS,
      };
    },
    setSigned(
      messageId: MessageId,
      { content, signature }: SignedBytes,
      facts: {
        readonly sentAtMs: number;
        readonly verdict: IntegrityVerdict['chain'];
        readonly chain: ChainPlace | null;
      },
    ): void {
      const { sentAtMs, verdict, chain } = facts;
      statements.setSigned.run(
        content,
        signature,
        sentAtMs,
        verdict,
        chain?.epoch ?? null,
        chain?.index ?? null,
        blob(messageId),
      );
    },
    signedBytes: (messageId: MessageId): SignedBytes | null =>
      statements.content.get(blob(messageId)) ?? null,

    /** What is stored of an author device at a place in its chain, right before it and right after. */
    linksAround(
      conversation: ConversationRow,
      author: DeviceAddress,
      place: ChainPlace,
    ): readonly KnownLink[] {
      return statements.around
        .all(
          conversation,
          blob(author.accountId),
          author.deviceId,
          place.epoch,
          place.index - 1,
          place.index + 1,
        )
        .map(({ index, content }) => ({
          index,
          hash: contentHash(content),
          previousHash: previousHashOf(content),
        }));
    },

    markEncrypted: (messageId: MessageId) => void statements.markEncrypted.run(blob(messageId)),
    /** The relay's order also gives the message its place in the conversation. */
    markAccepted: (messageId: MessageId, order: number) =>
      void statements.markAccepted.run(order, order, orderToMs(order), blob(messageId)),
    /** Both return true when the message went forward; only messages of this conversation can. */
    markDelivered(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markDelivered.run(atMs, blob(messageId), conversation).changes > 0;
    },
    markReadByPeer(conversation: ConversationRow, messageId: MessageId, atMs: number): boolean {
      return statements.markReadByPeer.run(atMs, atMs, blob(messageId), conversation).changes > 0;
    },
    /** False when it was known already. */
    noteDelivery(messageId: MessageId, by: AccountId, level: 'delivered' | 'read', atMs: number): boolean {
      const note = level === 'read' ? statements.noteRead : statements.noteDelivered;
      return note.run(blob(messageId), blob(by), atMs).changes > 0;
    },
    hasDelivery: (messageId: MessageId, by: AccountId, level: 'delivered' | 'read'): boolean =>
      (level === 'read' ? statements.hasRead : statements.hasDelivered).get(blob(messageId), blob(by)) !==
      undefined,
    /** Only what no relay had can fail: the other side may have heard of it before we did. */
    markFailed: (messageId: MessageId, reason: ErrorCode) =>
      void statements.markFailed.run(reason, blob(messageId)),
    requeue: (messageId: MessageId): boolean => statements.requeue.run(blob(messageId)).changes > 0,

    /** Marks what others wrote up to a place, in the room or in one thread, as read; returns what was unread. */
    markReadUpTo(
      conversation: ConversationRow,
      thread: MessageId | null,
      upTo: HistoryCursor,
    ): readonly ReadMessage[] {
      const rows =
        thread === null
          ? statements.markReadUpTo.all(conversation, upTo.order, upTo.row)
          : statements.markThreadReadUpTo.all(conversation, blob(thread), upTo.order, upTo.row);
      return rows.map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        authorId: fromBlob<AccountId>(row.authorId),
        threadRoot: row.threadRoot === null ? null : fromBlob<MessageId>(row.threadRoot),
      }));
    },
    /** Those whose time is up, oldest first. */
    expired(
      nowMs: number,
      limit: number,
    ): readonly { messageId: MessageId; conversation: ConversationRow }[] {
      return statements.expired.all(nowMs, limit).map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        conversation: row.conversation,
      }));
    },
    /** When the next one goes; null when none does. */
    nextExpiryMs: (): number | null => statements.nextExpiry.get()?.atMs ?? null,
    /** Texts of others, for receipts that were held back until a request was accepted. */
    foreignTexts(
      conversation: ConversationRow,
    ): readonly { messageId: MessageId; authorId: AccountId; isUnread: boolean }[] {
      return statements.foreign.all(conversation).map((row) => ({
        messageId: fromBlob<MessageId>(row.messageId),
        authorId: fromBlob<AccountId>(row.authorId),
        isUnread: row.isUnread === 1,
      }));
    },
  };
}

function expiryMs(acceptedOrder: number, expiresAfterS: number | null): number | null {
  return expiresAfterS === null ? null : orderToMs(acceptedOrder) + expiresAfterS * 1000;
}

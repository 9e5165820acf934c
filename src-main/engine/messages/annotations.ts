/** What other tables hold about a message: asked only for messages that are marked as having some. */
import { fromBinary } from '@bufbuild/protobuf';
import type { QuoteView, ReactionView, ThreadSummary } from '../../../src-shared/contract/views.ts';
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { pinRepository } from '../pins/repository.ts';
import { reactionRepository, type Reaction } from '../reactions/repository.ts';
import { starRepository } from '../stars/repository.ts';
import type { Blob, Sql } from '../store/database.ts';
import { blob, fromBlob } from '../store/ids.ts';
import { threadRepository } from '../threads/repository.ts';
import { quoteText, textFromWire, type Quote } from './extras.ts';
import { operationRepository } from './operations-repository.ts';

export interface Annotations {
  readonly thread: ThreadSummary | null;
  readonly reactions: readonly ReactionView[];
  readonly isPinned: boolean;
  readonly isStarred: boolean;
}

export const NO_ANNOTATIONS: Annotations = { thread: null, reactions: [], isPinned: false, isStarred: false };

export interface Annotated {
  readonly messageId: MessageId;
  readonly conversation: ConversationRow;
  readonly authorId: AccountId;
  readonly isDeleted: boolean;
}

export type AnnotationReader = ReturnType<typeof annotationReader>;

export function annotationReader(sql: Sql) {
  const pins = pinRepository(sql);
  const stars = starRepository(sql);
  const reactions = reactionRepository(sql);
  const threads = threadRepository(sql);
  const operations = operationRepository(sql);
  const ownId = sql.prepare<[], { ownId: Blob }>('SELECT account_id AS ownId FROM account');
  const original = sql.prepare<
    [Blob, number],
    { authorId: Blob; body: string; kind: string; deletedBy: Blob | null; content: Blob | null }
  >(
    `SELECT author_account_id AS authorId, body, kind, deleted_by AS deletedBy, content FROM messages
     WHERE message_id = ? AND conversation = ?`,
  );

  function summary({ conversation, messageId, authorId }: Annotated): ThreadSummary | null {
    const thread = threads.get(conversation, messageId);
    if (thread === null) return null;
    const { replyCount, unreadCount, lastOrder } = threads.counts(conversation, messageId);
    if (replyCount === 0) return null;
    const repliers = threads.repliers(conversation, messageId).filter((replier) => replier !== authorId);
    return {
      replyCount,
      unreadCount,
      isFollowed: thread.isFollowed,
      participantIds: [authorId, ...repliers].slice(0, MAX_FACES),
      lastReplyAtMs: orderToMs(lastOrder),
    };
  }

  /** All that the author ever said there. */
  function wordings(
    messageId: MessageId,
    conversation: ConversationRow,
    authorId: AccountId,
    content: Blob | null,
  ): readonly string[] {
    const { body } = content === null ? { body: null } : fromBinary(wire.ContentSchema, content);
    const first = body?.case === 'text' ? [textFromWire(body.value).text] : [];
    return [...first, ...operations.edits(messageId, conversation, authorId).map(({ text }) => text)];
  }

  return {
    of(message: Annotated): Annotations {
      const { messageId, conversation, isDeleted } = message;
      const account = ownId.get();
      const own = account === undefined ? null : fromBlob<AccountId>(account.ownId);
      return {
        thread: summary(message),
        reactions: isDeleted ? [] : groupReactions(reactions.of(messageId, conversation), own),
        isPinned: !isDeleted && pins.isPinned(messageId, conversation),
        isStarred: !isDeleted && stars.isStarred(messageId),
      };
    },
    /** A quote beside what its author really said, where this device knows. */
    quote(quote: Quote, conversation: ConversationRow): QuoteView {
      const known = original.get(blob(quote.messageId), conversation);
      if (known?.kind !== 'text') return { ...quote, state: 'unverified' };
      const authorId = fromBlob<AccountId>(known.authorId);
      if (known.deletedBy !== null) return { ...quote, authorId, text: '', state: 'deleted' };
      if (authorId !== quote.authorId) return { ...quote, state: 'different' };
      const isTrue =
        quoteText(known.body) === quote.text ||
        wordings(quote.messageId, conversation, authorId, known.content).some(
          (text) => quoteText(text) === quote.text,
        );
      return { ...quote, state: isTrue ? 'verified' : 'different' };
    },
  };
}

/** As many as a chip has room for. */
const MAX_FACES = 5;

/** By emoji, in the order of the first of each. */
function groupReactions(reactions: readonly Reaction[], ownId: AccountId | null): readonly ReactionView[] {
  const authors = new Map<string, AccountId[]>();
  for (const { emoji, authorId } of reactions) authors.set(emoji, [...(authors.get(emoji) ?? []), authorId]);
  return [...authors].map(([emoji, authorIds]) => ({
    emoji,
    authorIds,
    isOwn: ownId !== null && authorIds.includes(ownId),
  }));
}

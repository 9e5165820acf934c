import type { ThreadView } from '../../../src-shared/contract/views.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Conversation } from '../conversations/repository.ts';
import { lastMessageView } from '../conversations/view.ts';
import type { History } from '../messages/history.ts';
import type { Repositories } from '../repositories.ts';
import { threadTitle } from './rules.ts';

/** Also of a thread that nobody has replied to yet. */
export function threadView(
  store: Pick<Repositories, 'drafts' | 'threads'>,
  history: History,
  conversation: Conversation,
  root: MessageId,
): ThreadView {
  const rootMessage = history.message(root);
  const isHere = rootMessage?.roomId === conversation.roomId;
  const { row, roomId } = conversation;
  const counts = store.threads.counts(row, root);
  const draft = store.drafts.get(row, root);
  const repliers = store.threads.repliers(row, root);
  return {
    roomId,
    root,
    rootMessage: isHere ? rootMessage : null,
    title: isHere && rootMessage.body.type === 'text' ? threadTitle(rootMessage.body.text) : '',
    replyCount: counts.replyCount,
    unreadCount: counts.unreadCount,
    mentionCount: counts.mentionCount,
    isFollowed: store.threads.get(row, root)?.isFollowed ?? false,
    participantIds: isHere
      ? [rootMessage.authorId, ...repliers.filter((id) => id !== rootMessage.authorId)]
      : repliers,
    lastReply: lastMessageView(history.lastReply(row, root)),
    lastReplyAtMs: orderToMs(counts.lastOrder),
    lastOrder: counts.lastOrder,
    draft: draft.newest.text,
    olderDraft: draft.older.text,
  };
}

/** One page of the inbox: followed threads with replies, newest activity first. */
export function threadInbox(
  store: Repositories,
  history: History,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): readonly ThreadView[] {
  return store.threads
    .followed()
    .filter(({ lastOrder }) => lastOrder > 0)
    .slice(offset, offset + limit)
    .flatMap(({ conversation: row, root }) => {
      const conversation = store.conversations.byRow(row);
      return conversation === null ? [] : [threadView(store, history, conversation, root)];
    });
}

import type { ConversationView, LastMessage, MessageView } from '../../../src-shared/contract/views.ts';
import { contactView } from '../contacts/view.ts';
import type { History } from '../messages/history.ts';
import type { Repositories } from '../repositories.ts';
import type { DirectConversation } from './repository.ts';

export function conversationView(
  store: Pick<Repositories, 'contacts' | 'drafts' | 'keys' | 'threads'>,
  history: History,
  conversation: DirectConversation,
): ConversationView {
  const unread = history.unread(conversation.row);
  const draft = store.drafts.get(conversation.row, null);
  return {
    roomId: conversation.roomId,
    peer: contactView(store, conversation.peerId),
    state: conversation.state,
    isPinned: conversation.isPinned,
    isMuted: conversation.isMuted,
    unreadCount: unread.count,
    mentionCount: unread.mentions,
    threadUnreadCount: store.threads.unreadOfRoom(conversation.row),
    lastMessage: lastMessageView(history.lastText(conversation.row)),
    lastActivityMs: conversation.lastActivityMs,
    draft: draft.newest.text,
    olderDraft: draft.older.text,
    timerS: conversation.timerS,
  };
}

export function lastMessageView(last: MessageView | null): LastMessage | null {
  if (last === null) return null;
  const { messageId, authorId, isOwn, body, sentAtMs, delivery } = last;
  return { messageId, authorId, isOwn, body, sentAtMs, delivery };
}

import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { contactView } from '../contacts/view.ts';
import type { History } from '../messages/history.ts';
import type { Repositories } from '../repositories.ts';
import type { Conversation } from './repository.ts';

export function conversationView(
  store: Pick<Repositories, 'contacts' | 'keys'>,
  history: History,
  conversation: Conversation,
): ConversationView {
  const last = history.lastText(conversation.row);
  return {
    roomId: conversation.roomId,
    peer: contactView(store, conversation.peerId),
    state: conversation.state,
    isPinned: conversation.isPinned,
    isMuted: conversation.isMuted,
    unreadCount: history.unreadCount(conversation.row),
    lastMessage:
      last === null
        ? null
        : {
            messageId: last.messageId,
            isOwn: last.isOwn,
            body: last.body,
            sentAtMs: last.sentAtMs,
            delivery: last.delivery,
          },
    lastActivityMs: conversation.lastActivityMs,
    draft: conversation.draft,
  };
}

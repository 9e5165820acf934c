import type { RoomView } from '../../../src-shared/contract/room-views.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import { contactView } from '../contacts/view.ts';
import type { RoomConversation } from '../conversations/repository.ts';
import { lastMessageView } from '../conversations/view.ts';
import type { History } from '../messages/history.ts';
import type { Repositories } from '../repositories.ts';
import { formatInvitation } from './link-bundle.ts';
import { reaches } from './state.ts';

/** Null for a room whose state is not there, which no room is for long. */
export function roomView(
  store: Pick<Repositories, 'contacts' | 'drafts' | 'keys' | 'rooms' | 'threads'>,
  history: History,
  conversation: RoomConversation,
  ownId: AccountId,
): RoomView | null {
  const state = store.rooms.get(conversation.row);
  if (state === null) return null;
  const unread = history.unread(conversation.row);
  const draft = store.drafts.get(conversation.row, null);
  const role = conversation.state === 'left' ? null : (state.members.get(ownId)?.role ?? null);
  const mayInvite = role !== null && reaches(role, state.policies.invite);
  const { roomId, name, topic, policies, revision } = state;
  return {
    roomId,
    name,
    topic,
    picture: Buffer.from(state.picture).toString('base64'),
    state: conversation.state === 'blocked' ? 'active' : conversation.state,
    role,
    members: [...state.members.values()].map((member) => ({
      accountId: member.accountId,
      username: member.username,
      displayName:
        member.accountId === ownId ? member.username : contactView(store, member.accountId).displayName,
      role: member.role,
      isSelf: member.accountId === ownId,
    })),
    policies,
    revision,
    inviteLink:
      state.link === null || !mayInvite
        ? null
        : {
            link: formatInvitation({ roomId, secret: state.link.secret }),
            admission: state.link.admission,
          },
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

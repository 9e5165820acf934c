/** People and ids of the scripted conversations. */
import type { ContactView, ConversationView, IdentityState } from '../../../src-shared/contract/views.ts';
import type { AccountId, DeviceId, MessageId, RoomId } from '../../../src-shared/ids.ts';

/** A canonical UUID that is the same in every run. */
export function uuid(kind: number, number: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export const accountId = (number: number): AccountId => uuid(1, number) as AccountId;
export const roomId = (number: number): RoomId => uuid(2, number) as RoomId;
export const messageId = (room: number, number: number): MessageId => uuid(0x100 + room, number) as MessageId;

export const OWN_DEVICE = 1 as DeviceId;
export const OWN_ACCOUNT = accountId(0);

export function contact(
  number: number,
  displayName: string,
  username: string,
  identity: IdentityState = 'unverified',
): ContactView {
  return { accountId: accountId(number), username, displayName, identity };
}

/** A conversation with nothing in it yet. */
export function emptyConversation(number: number, peer: ContactView): ConversationView {
  return {
    roomId: roomId(number),
    peer,
    state: 'active',
    isPinned: false,
    isMuted: false,
    unreadCount: 0,
    mentionCount: 0,
    threadUnreadCount: 0,
    lastMessage: null,
    lastActivityMs: Date.now(),
    draft: '',
    olderDraft: '',
    timerS: 0,
  };
}

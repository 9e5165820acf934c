/** Plain values for the rules under test. */
import type { ConversationView, Delivery, MessageView } from '../../../src-shared/contract/views.ts';
import type { AccountId, MessageId, RoomId } from '../../../src-shared/ids.ts';

export const ROOM = 'room' as RoomId;
const ME = 'me' as AccountId;
const NOOR = 'noor' as AccountId;

/** Noon, so that a few hours either way stay within the day. */
export const NOON = new Date(2026, 2, 11, 12, 0, 0).getTime();
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export function message(order: number, changes: Partial<MessageView> = {}): MessageView {
  return {
    messageId: `message-${String(order)}` as MessageId,
    roomId: ROOM,
    order,
    row: order,
    authorId: NOOR,
    isOwn: false,
    body: { type: 'text', text: `text ${String(order)}` },
    sentAtMs: NOON + order * MINUTE,
    isUnread: false,
    delivery: null,
    attachments: [],
    isSuspicious: false,
    ...changes,
  };
}

export function ownMessage(order: number, state: Exclude<Delivery['state'], 'failed'>): MessageView {
  return message(order, { isOwn: true, authorId: ME, delivery: { state } });
}

export function conversation(name: string, changes: Partial<ConversationView> = {}): ConversationView {
  return {
    roomId: name as RoomId,
    peer: {
      accountId: name as AccountId,
      username: name.toLowerCase(),
      displayName: name,
      identity: 'unverified',
    },
    state: 'active',
    isPinned: false,
    isMuted: false,
    unreadCount: 0,
    lastMessage: null,
    lastActivityMs: 0,
    draft: '',
    ...changes,
  };
}

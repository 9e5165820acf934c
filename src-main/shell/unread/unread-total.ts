/** The number on the badge. */
import type { ConversationView } from '../../../src-shared/contract/views.ts';

export type Counted = Pick<ConversationView, 'state' | 'isMuted' | 'unreadCount'>;

/** Messages that wait for somebody: muted conversations wait in silence, and a request counts once. */
export function unreadTotal(conversations: Iterable<Counted>): number {
  let total = 0;
  for (const { state, isMuted, unreadCount } of conversations) {
    if (isMuted || state === 'blocked' || unreadCount === 0) continue;
    total += state === 'request' ? 1 : unreadCount;
  }
  return total;
}

export function tooltip(total: number): string {
  if (total === 0) return 'Kith';
  return `Kith: ${String(total)} unread ${total === 1 ? 'message' : 'messages'}`;
}

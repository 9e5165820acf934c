/** What the shell has to know of conversations to announce messages and count what is unread. */
import type { ConversationView, SettingsView } from '../../../src-shared/contract/views.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { unreadTotal, type Counted } from './unread-total.ts';

export class ConversationsMirror {
  readonly #conversations = new Map<RoomId, Counted>();
  notificationContent: SettingsView['notificationContent'] = 'nothing';

  get unreadTotal(): number {
    return unreadTotal(this.#conversations.values());
  }

  get(roomId: RoomId): Counted | null {
    return this.#conversations.get(roomId) ?? null;
  }

  put({ roomId, state, isMuted, unreadCount }: ConversationView): void {
    this.#conversations.set(roomId, { state, isMuted, unreadCount });
  }

  /** A list that was asked for: what an event said meanwhile is newer and stays. */
  fill(conversations: readonly ConversationView[]): void {
    for (const conversation of conversations) {
      if (!this.#conversations.has(conversation.roomId)) this.put(conversation);
    }
  }
}

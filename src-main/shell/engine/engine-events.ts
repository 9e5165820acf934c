/** What the shell does when the engine publishes something: announce, count, follow. */
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type { AccountView, SettingsView } from '../../../src-shared/contract/views.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { announcementFor, type Attention } from '../notifications/rules.ts';
import type { ConversationsMirror } from '../unread/conversations-mirror.ts';

export interface EngineEventParts {
  readonly mirror: ConversationsMirror;
  readonly notifier: Notifier;
  readonly showUnread: (total: number) => void;
  readonly attention: () => Attention;
  readonly onAccount: (account: AccountView) => void;
  readonly onTheme: (theme: SettingsView['theme']) => void;
}

export function followEngine(parts: EngineEventParts): (event: EngineEvent) => void {
  const { mirror, notifier } = parts;

  function received({ message, from }: Extract<EngineEvent, { type: 'received' }>): void {
    // The conversation is published before the message that came in it.
    const room = mirror.get(message.roomId);
    if (room === null) return;
    const announcement = announcementFor(
      { message, senderName: from.displayName, room },
      parts.attention(),
      mirror.notificationContent,
    );
    if (announcement !== null) notifier.announce(message.roomId, announcement);
  }

  return (event) => {
    switch (event.type) {
      case 'account':
        parts.onAccount(event.account);
        break;
      case 'settings':
        mirror.notificationContent = event.settings.notificationContent;
        parts.onTheme(event.settings.theme);
        break;
      case 'conversation':
        mirror.put(event.conversation);
        if (event.conversation.unreadCount === 0) notifier.clear(event.conversation.roomId);
        parts.showUnread(mirror.unreadTotal);
        break;
      case 'received':
        received(event);
        break;
      default:
        // The rest concerns the interface alone.
        break;
    }
  };
}

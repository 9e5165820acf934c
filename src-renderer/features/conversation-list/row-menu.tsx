import { Ban, Bell, BellOff, CheckCheck, Pin, PinOff, Undo2 } from 'lucide-react';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';

const ICON_PX = 15;

/** What can be done with a conversation from the list. */
export function useRowMenu(conversation: ConversationView): readonly MenuEntry[] {
  const { t, perform, timeline, navigator } = useServices();
  const { roomId, isPinned, isMuted, unreadCount, state } = conversation;
  const entries: MenuEntry[] = [];
  if (state === 'active') {
    entries.push({
      key: 'pin',
      label: t(isPinned ? 'list.unpin' : 'list.pin'),
      icon: isPinned ? <PinOff size={ICON_PX} /> : <Pin size={ICON_PX} />,
      onSelect: () => void perform('conversations.pin', { roomId, state: isPinned ? 'unpinned' : 'pinned' }),
    });
  }
  entries.push({
    key: 'mute',
    label: t(isMuted ? 'list.unmute' : 'list.mute'),
    icon: isMuted ? <Bell size={ICON_PX} /> : <BellOff size={ICON_PX} />,
    onSelect: () => void perform('conversations.mute', { roomId, state: isMuted ? 'unmuted' : 'muted' }),
  });
  if (unreadCount > 0) {
    entries.push({
      key: 'read',
      label: t('list.markRead'),
      icon: <CheckCheck size={ICON_PX} />,
      onSelect: () => void timeline.markAllRead(roomId),
    });
  }
  entries.push(
    state === 'blocked'
      ? {
          key: 'unblock',
          label: t('action.unblock'),
          icon: <Undo2 size={ICON_PX} />,
          onSelect: () => void perform('conversations.unblock', { roomId }),
        }
      : {
          key: 'block',
          label: t('action.block'),
          icon: <Ban size={ICON_PX} />,
          look: 'danger',
          onSelect: () => {
            navigator.openDialog({ type: 'confirm-block', roomId });
          },
        },
  );
  return entries;
}

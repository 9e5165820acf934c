/** Moves the person through the interface. The only writer of the navigation store. */
import type { MenuCommand } from '../../src-shared/contract/events.ts';
import type { RoomId } from '../../src-shared/ids.ts';
import { conversationSections } from '../features/conversation-list/sections.ts';
import type { TimelineController } from '../features/timeline/timeline-controller.ts';
import type { NavigationStore, OpenDialog } from './state/navigation.ts';
import { dropWindow, type TimelinesStore } from './state/timelines.ts';
import type { ViewsStore } from './state/views.ts';

export interface Navigator {
  readonly openRoom: (roomId: RoomId) => void;
  readonly closeRoom: () => void;
  readonly openDialog: (dialog: OpenDialog) => void;
  readonly closeDialog: () => void;
  readonly setDetails: (state: 'open' | 'closed') => void;
  readonly setQuery: (query: string) => void;
  readonly offerJoinLink: (link: string | null) => void;
  readonly run: (command: MenuCommand) => void;
}

interface Parts {
  readonly navigation: NavigationStore;
  readonly views: ViewsStore;
  readonly timelines: TimelinesStore;
  readonly timeline: TimelineController;
}

export function createNavigator({ navigation, views, timelines, timeline }: Parts): Navigator {
  function openRoom(roomId: RoomId): void {
    if (navigation.getState().roomId === roomId) return;
    const window = timelines.getState().windows.get(roomId);
    const unreadCount = views.getState().conversations.get(roomId)?.unreadCount ?? 0;
    // A window at its newest end with nothing new is shown as it is; the line of new messages was read.
    if (window !== undefined && !window.hasNewer && unreadCount === 0) timeline.setUnreadLine(roomId, null);
    else {
      // Shown again only with its first unread message in view.
      dropWindow(timelines, roomId);
      void timeline.open(roomId);
    }
    navigation.setState({ roomId });
  }

  function step(offset: 1 | -1): void {
    const rooms = conversationSections(views.getState().conversations, '').flatMap(
      ({ conversations }) => conversations,
    );
    const { roomId } = navigation.getState();
    const index = rooms.findIndex((conversation) => conversation.roomId === roomId);
    const start = index === -1 && offset === -1 ? 0 : index;
    const next = rooms.at((start + offset + rooms.length) % Math.max(rooms.length, 1));
    if (next !== undefined) openRoom(next.roomId);
  }

  return {
    openRoom,
    closeRoom: () => {
      navigation.setState({ roomId: null });
    },
    openDialog: (dialog) => {
      navigation.setState({ dialog });
    },
    closeDialog: () => {
      navigation.setState({ dialog: null });
    },
    setDetails: (state) => {
      navigation.setState({ isDetailsOpen: state === 'open' });
    },
    setQuery: (query) => {
      navigation.setState({ query });
    },
    offerJoinLink: (offeredJoinLink) => {
      navigation.setState({ offeredJoinLink });
    },
    run(command) {
      switch (command) {
        case 'new-conversation':
          navigation.setState({ dialog: { type: 'new-conversation' } });
          break;
        case 'settings':
          navigation.setState({ dialog: { type: 'settings' } });
          break;
        case 'search':
          navigation.setState(({ searchRequests }) => ({ searchRequests: searchRequests + 1, dialog: null }));
          break;
        case 'next-conversation':
          step(1);
          break;
        case 'previous-conversation':
          step(-1);
          break;
      }
    },
  };
}

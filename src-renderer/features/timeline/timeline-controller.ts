/** Fetches pages of history into the windows. One request a room and direction at a time. */
import type { HistoryCursor, HistoryPage, MessageView } from '../../../src-shared/contract/views.ts';
import type { RequestParams } from '../../../src-shared/contract/requests.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import type { KithClient } from '../../app/bridge-client.ts';
import { toKithError } from '../../app/error-text.ts';
import { changeWindow, putFailure, putWindow, type TimelinesStore } from '../../app/state/timelines.ts';
import {
  appendPage,
  comparePositions,
  cursorOf,
  dropOldest,
  PAGE_SIZE,
  prependPage,
  windowFromPage,
  type MessageWindow,
} from './message-window.ts';

type Place = RequestParams<'messages.page'>['from'];

export interface TimelineController {
  /** Shows a room from its first unread message, or its newest one. */
  readonly open: (roomId: RoomId) => Promise<void>;
  readonly loadOlder: (roomId: RoomId) => Promise<void>;
  readonly loadNewer: (roomId: RoomId) => Promise<void>;
  /** Makes the newest message part of the window. */
  readonly showNewest: (roomId: RoomId) => Promise<void>;
  /** Marks everything read without opening the room. */
  readonly markAllRead: (roomId: RoomId) => Promise<void>;
  /** Puts the line of new messages where reading will go on, or takes it away. */
  readonly setUnreadLine: (roomId: RoomId, from: HistoryCursor | null) => void;
}

interface ControllerParts {
  readonly client: KithClient;
  readonly store: TimelinesStore;
  /** Told of failures that have no place of their own on the screen. */
  readonly report: (error: unknown) => void;
}

export function createTimelineController({ client, store, report }: ControllerParts): TimelineController {
  const underWay = new Set<string>();

  const fetchPage = (roomId: RoomId, from: Place): Promise<HistoryPage> =>
    client.request('messages.page', { roomId, from, limit: PAGE_SIZE });

  /**
   * Answers `undefined` when the same is under way already. The key is free again before the caller goes
   * on, because what the caller does with the page may at once ask for the next one.
   */
  async function once<Value>(key: string, task: () => Promise<Value>): Promise<Value | undefined> {
    if (underWay.has(key)) return undefined;
    underWay.add(key);
    try {
      return await task();
    } finally {
      underWay.delete(key);
    }
  }

  const current = (roomId: RoomId): MessageWindow | undefined => store.getState().windows.get(roomId);

  /** The newest page, or the one around the first unread message where that lies further back. */
  async function fetchOpening(roomId: RoomId): Promise<HistoryPage> {
    const newest = await fetchPage(roomId, { at: 'newest' });
    const { firstUnread } = newest;
    const first = newest.messages[0];
    const isFurtherBack =
      firstUnread !== null && first !== undefined && comparePositions(firstUnread, first) < 0;
    return isFurtherBack ? fetchPage(roomId, { at: 'around', cursor: firstUnread }) : newest;
  }

  /** Fetches the page beyond one end and adds it, unless the window was replaced meanwhile. */
  async function extend(roomId: RoomId, direction: 'before' | 'after'): Promise<void> {
    const endOf = (window: MessageWindow | undefined): MessageView | undefined =>
      direction === 'before' ? window?.messages[0] : window?.messages.at(-1);
    const end = endOf(current(roomId));
    if (end === undefined) return;
    try {
      const page = await once(`${direction} ${roomId}`, () =>
        fetchPage(roomId, { at: direction, cursor: cursorOf(end) }),
      );
      if (page === undefined) return;
      changeWindow(store, roomId, (window) => {
        if (endOf(window)?.messageId !== end.messageId) return window;
        return direction === 'before' ? prependPage(window, page) : appendPage(window, page);
      });
    } catch (error) {
      report(error);
    }
  }

  return {
    async open(roomId) {
      try {
        const page = await once(`open ${roomId}`, () => fetchOpening(roomId));
        if (page !== undefined) putWindow(store, roomId, windowFromPage(page));
      } catch (error) {
        putFailure(store, roomId, toKithError(error));
      }
    },

    loadOlder: (roomId) => extend(roomId, 'before'),
    loadNewer: (roomId) => extend(roomId, 'after'),

    async showNewest(roomId) {
      const before = current(roomId);
      if (before?.hasNewer === false) {
        changeWindow(store, roomId, dropOldest);
        return;
      }
      try {
        const page = await once(`newest ${roomId}`, () => fetchPage(roomId, { at: 'newest' }));
        if (page === undefined) return;
        const window = windowFromPage(page);
        putWindow(store, roomId, { ...window, unreadFrom: before?.unreadFrom ?? window.unreadFrom });
      } catch (error) {
        report(error);
      }
    },

    async markAllRead(roomId) {
      try {
        const { messages } = await client.request('messages.page', {
          roomId,
          from: { at: 'newest' },
          limit: 1,
        });
        const newest = messages.at(-1);
        if (newest === undefined) return;
        await client.request('conversations.markRead', { roomId, upTo: cursorOf(newest) });
      } catch (error) {
        report(error);
      }
    },

    setUnreadLine(roomId, unreadFrom) {
      changeWindow(store, roomId, (window) => ({ ...window, unreadFrom }));
    },
  };
}

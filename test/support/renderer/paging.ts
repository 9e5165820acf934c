/** Pages of a history in memory, by the rules of `messages.page`. */
import type { RequestParams } from '../../../src-shared/contract/requests.ts';
import type { HistoryCursor, HistoryPage, MessageView } from '../../../src-shared/contract/views.ts';

type Place = RequestParams<'messages.page'>['from'];

export function comparePosition(a: HistoryCursor, b: HistoryCursor): number {
  return a.order - b.order || a.row - b.row;
}

export function pageOf(all: readonly MessageView[], from: Place, limit: number): HistoryPage {
  const [start, end] = bounds(all, from, limit);
  const firstUnread = all.find((message) => message.isUnread);
  return {
    messages: all.slice(start, end),
    hasOlder: start > 0,
    hasNewer: end < all.length,
    firstUnread: firstUnread === undefined ? null : { order: firstUnread.order, row: firstUnread.row },
  };
}

function bounds(all: readonly MessageView[], from: Place, limit: number): readonly [number, number] {
  switch (from.at) {
    case 'newest':
      return [Math.max(0, all.length - limit), all.length];
    case 'before': {
      const end = all.filter((message) => comparePosition(message, from.cursor) < 0).length;
      return [Math.max(0, end - limit), end];
    }
    case 'after': {
      const start = all.filter((message) => comparePosition(message, from.cursor) <= 0).length;
      return [start, Math.min(all.length, start + limit)];
    }
    case 'around': {
      const middle = all.filter((message) => comparePosition(message, from.cursor) < 0).length;
      const start = Math.max(0, middle - Math.floor(limit / 2));
      return [start, Math.min(all.length, start + limit)];
    }
  }
}

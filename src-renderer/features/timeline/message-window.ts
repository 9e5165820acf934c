/**
 * The part of a conversation that is in memory: an unbroken run of messages ordered by (order, row).
 * Pages extend it at either end, events change it, and it never grows past a bound.
 */
import type { HistoryCursor, HistoryPage, MessageView } from '../../../src-shared/contract/views.ts';
import type { MessageId } from '../../../src-shared/ids.ts';

export interface MessageWindow {
  /** Oldest first. */
  readonly messages: readonly MessageView[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Where the line "New messages" stands: fixed when the conversation is opened. */
  readonly unreadFrom: HistoryCursor | null;
}

/** Items of one page: three or four screens. */
export const PAGE_SIZE = 60;
/** Messages kept in memory for one conversation. What falls out is a page away. */
export const MAX_WINDOW = 360;

export function comparePositions(a: HistoryCursor, b: HistoryCursor): number {
  return a.order - b.order || a.row - b.row;
}

export function cursorOf(message: MessageView): HistoryCursor {
  return { order: message.order, row: message.row };
}

/** A window that begins with one page. */
export function windowFromPage(page: HistoryPage): MessageWindow {
  return {
    messages: page.messages,
    hasOlder: page.hasOlder,
    hasNewer: page.hasNewer,
    unreadFrom: page.firstUnread,
  };
}

/** Adds the page before the window and lets go of the newest messages beyond the bound. */
export function prependPage(window: MessageWindow, page: HistoryPage): MessageWindow {
  const messages = sortUnique([...page.messages, ...window.messages]);
  const isOver = messages.length > MAX_WINDOW;
  return {
    ...window,
    messages: isOver ? messages.slice(0, MAX_WINDOW) : messages,
    hasOlder: page.hasOlder,
    hasNewer: window.hasNewer || isOver,
  };
}

/** Adds the page after the window and lets go of the oldest messages beyond the bound. */
export function appendPage(window: MessageWindow, page: HistoryPage): MessageWindow {
  const messages = sortUnique([...window.messages, ...page.messages]);
  const isOver = messages.length > MAX_WINDOW;
  return {
    ...window,
    messages: isOver ? messages.slice(-MAX_WINDOW) : messages,
    hasNewer: page.hasNewer,
    hasOlder: window.hasOlder || isOver,
  };
}

/** Applies an event. What lies outside a window with more beyond that end is left for its page. */
export function applyChanges(
  window: MessageWindow,
  upserted: readonly MessageView[],
  removed: readonly MessageId[],
): MessageWindow {
  const first = window.messages[0];
  const last = window.messages.at(-1);
  const isInside = (message: MessageView): boolean =>
    (!window.hasOlder || first === undefined || comparePositions(message, first) >= 0) &&
    (!window.hasNewer || last === undefined || comparePositions(message, last) <= 0);

  const replaced = new Set<MessageId>(removed);
  for (const message of upserted) replaced.add(message.messageId);
  const kept = window.messages.filter((message) => !replaced.has(message.messageId));
  const gone = new Set(removed);
  const added = upserted.filter((message) => isInside(message) && !gone.has(message.messageId));
  return { ...window, messages: sortUnique([...kept, ...added]) };
}

/** Bounds a window that grew at its newest end by events, as long as nobody looks at the oldest. */
export function dropOldest(window: MessageWindow): MessageWindow {
  if (window.messages.length <= MAX_WINDOW) return window;
  return { ...window, messages: window.messages.slice(-MAX_WINDOW), hasOlder: true };
}

/** Sorted by position; of two versions of one message the later one given stays. */
function sortUnique(messages: readonly MessageView[]): readonly MessageView[] {
  const byId = new Map(messages.map((message) => [message.messageId, message]));
  return [...byId.values()].sort(comparePositions);
}

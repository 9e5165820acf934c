/** What stands in a conversation, line by line: messages, day separators, the line of new messages. */
import type { Delivery, HistoryCursor, MessageView } from '../../../src-shared/contract/views.ts';
import { startOfDay } from '../../app/formats.ts';
import { comparePositions, type MessageWindow } from './message-window.ts';
import { quietLine, type QuietLine } from './notice-text.ts';

/** Messages of one author within this time of each other stand under one name. */
const GROUP_GAP_MS = 5 * 60_000;

export type TimelineItem =
  | { readonly type: 'beginning'; readonly key: string }
  | { readonly type: 'day'; readonly key: string; readonly dayStartMs: number }
  | { readonly type: 'unread'; readonly key: string }
  | {
      readonly type: 'notice';
      readonly key: string;
      readonly message: MessageView;
      readonly notice: QuietLine;
    }
  | {
      readonly type: 'message';
      readonly key: string;
      readonly message: MessageView;
      readonly text: string;
      /** False under a message of the same author: no picture, no name. */
      readonly isGroupStart: boolean;
      /** True on the last of own messages that have come equally far. */
      readonly showsDelivery: boolean;
    };

export function timelineItems(window: MessageWindow): readonly TimelineItem[] {
  const items: TimelineItem[] = [];
  if (!window.hasOlder) items.push({ type: 'beginning', key: 'beginning' });
  const reporting = deliveryReporters(window.messages);
  let lastDayMs = -Infinity;
  let isUnreadLineOpen = window.unreadFrom !== null;
  let previous: MessageView | null = null;

  for (const message of window.messages) {
    const dayStartMs = startOfDay(message.sentAtMs);
    // Order follows the relay, so a sender's clock may step back: a day is never announced twice.
    if (dayStartMs > lastDayMs) {
      items.push({ type: 'day', key: `day-${String(dayStartMs)}`, dayStartMs });
      lastDayMs = dayStartMs;
      previous = null;
    }
    if (isUnreadLineOpen && isAtOrAfter(message, window.unreadFrom)) {
      items.push({ type: 'unread', key: 'unread' });
      isUnreadLineOpen = false;
      previous = null;
    }
    const { messageId: key, body } = message;
    if (body.type !== 'text') {
      items.push({ type: 'notice', key, message, notice: quietLine(body) });
      previous = null;
      continue;
    }
    items.push({
      type: 'message',
      key,
      message,
      text: body.text,
      isGroupStart: previous === null || !continuesGroup(previous, message),
      showsDelivery: reporting.has(message),
    });
    previous = message;
  }
  return items;
}

function continuesGroup(previous: MessageView, next: MessageView): boolean {
  return previous.authorId === next.authorId && Math.abs(next.sentAtMs - previous.sentAtMs) <= GROUP_GAP_MS;
}

/**
 * Own messages that say how far they have come: the last of each run that has come equally far. What
 * failed always says so.
 */
export function deliveryReporters(messages: readonly MessageView[]): ReadonlySet<MessageView> {
  const reporting = new Set<MessageView>();
  let later: Delivery['state'] | null = null;
  for (const message of messages.toReversed()) {
    if (message.delivery === null) continue;
    const { state } = message.delivery;
    if (state === 'failed' || state !== later) reporting.add(message);
    later = state;
  }
  return reporting;
}

function isAtOrAfter(message: MessageView, cursor: HistoryCursor | null): boolean {
  return cursor !== null && comparePositions(message, cursor) >= 0;
}

/** Marks messages read while they are really in front of the person. */
import { useEffect, useRef } from 'react';
import type { ConversationView, HistoryCursor } from '../../../src-shared/contract/views.ts';
import { useIsInFront, useServices } from '../../app/context.ts';
import { comparePositions, cursorOf } from './message-window.ts';
import type { TimelineItem } from './timeline-items.ts';
import type { TimelineScroll } from './use-timeline-scroll.ts';

/** A row counts as seen when at least this much of it is above the lower edge. */
const SEEN_PX = 14;

/** The last message of the other person at or above `index`. */
export function lastReceivedAt(items: readonly TimelineItem[], index: number): HistoryCursor | null {
  for (let at = index; at >= 0; at -= 1) {
    const item = items[at];
    if ((item?.type === 'message' || item?.type === 'notice') && !item.message.isOwn) {
      return cursorOf(item.message);
    }
  }
  return null;
}

export function useReading(
  conversation: ConversationView,
  items: readonly TimelineItem[],
  { scroller, virtualizer, isPlaced }: TimelineScroll,
): void {
  const { perform } = useServices();
  const isInFront = useIsInFront();
  const marked = useRef<HistoryCursor | null>(null);
  const { roomId, unreadCount } = conversation;

  useEffect(() => {
    const element = scroller.current;
    if (!isPlaced || !isInFront || unreadCount === 0 || element === null) return undefined;
    const check = (): void => {
      const lowest = virtualizer.getVirtualItemForOffset(element.scrollTop + element.clientHeight - SEEN_PX);
      const upTo = lastReceivedAt(items, lowest?.index ?? -1);
      if (upTo === null || (marked.current !== null && comparePositions(upTo, marked.current) <= 0)) return;
      marked.current = upTo;
      void perform('conversations.markRead', { roomId, upTo });
    };
    // Not before the list has been laid out and has followed its newest message.
    const frame = requestAnimationFrame(check);
    element.addEventListener('scroll', check, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', check);
    };
  }, [isPlaced, isInFront, unreadCount, items, roomId, scroller, virtualizer, perform]);
}

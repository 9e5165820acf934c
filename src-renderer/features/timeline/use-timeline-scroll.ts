/**
 * Scrolling of a conversation: bottom-anchored, keeps its place when older pages come, follows new
 * messages while the newest one is in view.
 */
import { defaultRangeExtractor, useVirtualizer, type Range, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { RoomId } from '../../../src-shared/ids.ts';
import { useServices } from '../../app/context.ts';
import { estimateHeight } from './estimate-height.ts';
import type { MessageWindow } from './message-window.ts';
import type { TimelineItem } from './timeline-items.ts';

/** Closer than this to the end counts as reading along. */
const END_THRESHOLD_PX = 48;
/** Nearer than this to an edge of what is in memory, the page beyond it is fetched. */
const PREFETCH_PX = 1000;

export interface TimelineScroll {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  /** False until the first position has been taken. */
  readonly isPlaced: boolean;
  readonly isAtNewest: boolean;
  readonly jumpToNewest: () => void;
}

export function useTimelineScroll(
  roomId: RoomId,
  window: MessageWindow,
  items: readonly TimelineItem[],
  activeIndex: number,
): TimelineScroll {
  const { timeline } = useServices();
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const hadNewer = useRef(window.hasNewer);
  const isJumping = useRef(false);
  const [isPlaced, setIsPlaced] = useState(false);
  const [isNewestInView, setIsNewestInView] = useState(true);

  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are only called while rendering the list itself
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateHeight(items[index]),
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    // The row with the keyboard focus stays in the document even when scrolled away.
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range);
        return activeIndex === -1 || activeIndex >= range.count || indexes.includes(activeIndex)
          ? indexes
          : [...indexes, activeIndex].sort((a, b) => a - b);
      },
      [activeIndex],
    ),
    anchorTo: 'end',
    scrollEndThreshold: END_THRESHOLD_PX,
    overscan: 10,
    paddingStart: 12,
    paddingEnd: 8,
    useFlushSync: false,
  });

  const scrollToEnd = useCallback(() => {
    isAtEnd.current = true;
    virtualizer.scrollToEnd({ behavior: 'auto' });
  }, [virtualizer]);

  // First position: the line of new messages near the top, or the newest message.
  useLayoutEffect(() => {
    const unread = items.findIndex((item) => item.type === 'unread');
    if (unread === -1) scrollToEnd();
    else virtualizer.scrollToIndex(Math.max(0, unread - 1), { align: 'start' });
    setIsPlaced(true);
    // Once per conversation: afterwards the person scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useLayoutEffect(() => {
    const mayFollow = isAtEnd.current && !hadNewer.current;
    hadNewer.current = window.hasNewer;
    if (window.hasNewer) return;
    if (mayFollow || isJumping.current) scrollToEnd();
    isJumping.current = false;
  }, [items, window.hasNewer, scrollToEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const note = (): void => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      isAtEnd.current = distance <= END_THRESHOLD_PX;
      setIsNewestInView(isAtEnd.current);
    };
    // The composer grows and the window changes its size: the newest message stays in view.
    const resizing = new ResizeObserver(() => {
      if (isAtEnd.current && !hadNewer.current) scrollToEnd();
    });
    element.addEventListener('scroll', note, { passive: true });
    resizing.observe(element);
    return () => {
      element.removeEventListener('scroll', note);
      resizing.disconnect();
    };
  }, [scrollToEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (!isPlaced || element === null || !(window.hasOlder || window.hasNewer)) return undefined;
    const fetchNearEdges = (): void => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (window.hasOlder && scrollTop < PREFETCH_PX) void timeline.loadOlder(roomId);
      else if (window.hasNewer && scrollHeight - scrollTop - clientHeight < PREFETCH_PX) {
        void timeline.loadNewer(roomId);
      }
    };
    // The frame after a page has come: by then the list has its place again.
    const frame = requestAnimationFrame(fetchNearEdges);
    element.addEventListener('scroll', fetchNearEdges, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', fetchNearEdges);
    };
  }, [isPlaced, window, roomId, timeline]);

  const jumpToNewest = useCallback(() => {
    isJumping.current = true;
    scrollToEnd();
    void timeline.showNewest(roomId);
  }, [roomId, scrollToEnd, timeline]);

  return {
    scroller,
    virtualizer,
    isPlaced,
    isAtNewest: isNewestInView && !window.hasNewer,
    jumpToNewest,
  };
}

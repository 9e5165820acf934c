/** The arrow keys in a conversation: one row at a time, Tab reaches the tools of the row. */
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { TimelineItem } from './timeline-items.ts';
import type { TimelineScroll } from './use-timeline-scroll.ts';

interface RovingRows {
  readonly items: readonly TimelineItem[];
  readonly activeIndex: number;
  readonly setActiveKey: (key: string) => void;
  readonly scroll: TimelineScroll;
}

export function useRovingRows({ items, activeIndex, setActiveKey, scroll }: RovingRows) {
  const { virtualizer, scroller, jumpToNewest } = scroll;
  const shouldFocus = useRef(false);
  const activeKey = items[activeIndex]?.key;

  useEffect(() => {
    if (!shouldFocus.current || activeKey === undefined) return;
    shouldFocus.current = false;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(activeKey)}"] [tabindex]`)
      ?.focus({ preventScroll: true });
  }, [activeKey, scroller]);

  return (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = nextRow(event.key, items, activeIndex);
    if (target === null) return;
    event.preventDefault();
    const item = items[target];
    if (item === undefined || target === activeIndex) return;
    shouldFocus.current = true;
    setActiveKey(item.key);
    if (event.key === 'End') jumpToNewest();
    else virtualizer.scrollToIndex(target, { align: 'auto' });
  };
}

/** The row a key leads to; null for keys that mean something else. */
export function nextRow(key: string, items: readonly TimelineItem[], from: number): number | null {
  const isRow = (item: TimelineItem | undefined): boolean =>
    item?.type === 'message' || item?.type === 'notice';
  switch (key) {
    case 'ArrowUp': {
      const before = items.slice(0, from).findLastIndex(isRow);
      return before === -1 ? from : before;
    }
    case 'ArrowDown': {
      const after = items.findIndex((item, index) => index > from && isRow(item));
      return after === -1 ? from : after;
    }
    case 'Home':
      return items.findIndex(isRow);
    case 'End':
      return items.findLastIndex(isRow);
    default:
      return null;
  }
}

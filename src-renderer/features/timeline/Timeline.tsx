import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ContactView, ConversationView } from '../../../src-shared/contract/views.ts';
import { useServices, useTimelines } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import type { MessageWindow } from './message-window.ts';
import { MessageRow } from './MessageRow.tsx';
import css from './Timeline.module.css';
import { timelineItems, type TimelineItem } from './timeline-items.ts';
import { BeginningLine, DayLine, NoticeLine, UnreadLine } from './TimelineLines.tsx';
import { useReading } from './use-reading.ts';
import { useRovingRows } from './use-roving-rows.ts';
import { useTimelineScroll } from './use-timeline-scroll.ts';
import { useUnreadLine } from './use-unread-line.ts';

interface TimelineProps {
  readonly conversation: ConversationView;
  /** Raised to go to the newest message, after one was sent. */
  readonly jumpRequests: number;
}

export function Timeline({ conversation, jumpRequests }: TimelineProps) {
  const { t, timeline } = useServices();
  const { roomId } = conversation;
  const window = useTimelines((timelines) => timelines.windows.get(roomId));
  const failure = useTimelines((timelines) => timelines.failures.get(roomId));

  if (window !== undefined) {
    return <History conversation={conversation} window={window} jumpRequests={jumpRequests} />;
  }
  // Local data is there within a frame: nothing is shown until then.
  return (
    <div className={css['place']}>
      {failure !== undefined && (
        <div role="alert" className={css['failed']}>
          <p>{t('conversation.failed')}</p>
          <p>{t(`error.${failure.code}`)}</p>
          <Button onClick={() => void timeline.open(roomId)}>{t('action.reload')}</Button>
        </div>
      )}
    </div>
  );
}

interface HistoryProps extends TimelineProps {
  readonly window: MessageWindow;
}

function History({ conversation, window, jumpRequests }: HistoryProps) {
  const { t } = useServices();
  const { roomId, peer, unreadCount } = conversation;
  const items = useMemo(() => timelineItems(window), [window]);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const activeIndex = activeRow(items, activeKey);
  const scroll = useTimelineScroll(roomId, window, items, activeIndex);
  const { virtualizer, scroller, isAtNewest, jumpToNewest } = scroll;
  useReading(conversation, items, scroll);
  useUnreadLine(roomId, window);
  const onKeyDown = useRovingRows({ items, activeIndex, setActiveKey, scroll });

  const answered = useRef(jumpRequests);
  useEffect(() => {
    if (answered.current === jumpRequests) return;
    answered.current = jumpRequests;
    jumpToNewest();
  }, [jumpRequests, jumpToNewest]);

  return (
    <div className={css['place']}>
      <div ref={scroller} className={css['scroller']} onKeyDown={onKeyDown}>
        <div
          role="list"
          aria-label={t('timeline.label', { name: peer.displayName })}
          className={css['rows']}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                data-key={item.key}
                role="listitem"
                className={css['slot']}
                style={{ transform: `translateY(${String(start)}px)` }}
                onFocus={() => {
                  setActiveKey(item.key);
                }}
              >
                <Row item={item} peer={peer} isActive={index === activeIndex} />
              </div>
            );
          })}
        </div>
      </div>
      {!isAtNewest && (
        <button type="button" className={css['jump']} onClick={jumpToNewest}>
          <ArrowDown size={14} aria-hidden="true" />
          {unreadCount > 0 ? t('timeline.jumpCount', { count: unreadCount }) : t('timeline.jump')}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  readonly item: TimelineItem;
  readonly peer: ContactView;
  readonly isActive: boolean;
}

function Row({ item, peer, isActive }: RowProps) {
  switch (item.type) {
    case 'beginning':
      return <BeginningLine peer={peer} />;
    case 'day':
      return <DayLine dayStartMs={item.dayStartMs} />;
    case 'unread':
      return <UnreadLine />;
    case 'notice':
      return <NoticeLine notice={item.notice} name={peer.displayName} isActive={isActive} />;
    case 'message':
      return (
        <MessageRow
          message={item.message}
          text={item.text}
          authorName={peer.displayName}
          isGroupStart={item.isGroupStart}
          showsDelivery={item.showsDelivery}
          isActive={isActive}
        />
      );
  }
}

/** The row that Tab goes to: the one last focused, or the newest. */
function activeRow(items: readonly TimelineItem[], activeKey: string | null): number {
  const focused = activeKey === null ? -1 : items.findIndex((item) => item.key === activeKey);
  return focused === -1 ? items.findLastIndex(isFocusable) : focused;
}

function isFocusable(item: TimelineItem): boolean {
  return item.type === 'message' || item.type === 'notice';
}

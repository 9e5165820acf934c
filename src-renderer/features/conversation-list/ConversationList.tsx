import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, type KeyboardEvent } from 'react';
import { useNavigation, useNow, useServices, useT } from '../../app/context.ts';
import css from './ConversationList.module.css';
import { ConversationRow } from './ConversationRow.tsx';
import { CONVERSATION_HEIGHT_PX, edgeRow, SECTION_HEIGHT_PX, stepRow, type ListRow } from './list-rows.ts';
import type { SectionName } from './sections.ts';

interface ConversationListProps {
  readonly id: string;
  readonly rows: readonly ListRow[];
  /** Index of the row that Tab goes to; -1 when there is none. */
  readonly active: number;
  readonly onActive: (index: number) => void;
  readonly onOpen: (index: number) => void;
}

/** A minute: the time of day in the rows becomes a weekday at midnight. */
const CLOCK_MS = 60_000;

export function ConversationList({ id, rows, active, onActive, onOpen }: ConversationListProps) {
  const { t } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const openRoomId = useNavigation((navigation) => navigation.roomId);
  const list = useRef<HTMLDivElement>(null);
  const shouldFocus = useRef(false);

  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are only called here, never handed to memoised parts
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize: (index) => (rows[index]?.type === 'section' ? SECTION_HEIGHT_PX : CONVERSATION_HEIGHT_PX),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    // The row with the focus stays in the document even when scrolled away.
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range);
        return active === -1 || active >= range.count || indexes.includes(active)
          ? indexes
          : [...indexes, active].sort((a, b) => a - b);
      },
      [active],
    ),
    overscan: 6,
  });

  const activeKey = rows[active]?.key;
  useEffect(() => {
    if (activeKey === undefined) return;
    virtualizer.scrollToIndex(active, { align: 'auto' });
    if (!shouldFocus.current) return;
    shouldFocus.current = false;
    document.getElementById(`${id}-${activeKey}`)?.focus();
    // Only a move of the active row scrolls, not a change elsewhere in the list.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [activeKey]);

  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys in the menu of a row come by here too, though the menu stands elsewhere in the page.
    const isFromList = event.target instanceof Node && event.currentTarget.contains(event.target);
    if (!isFromList || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = targetOf(event.key, rows, active);
    if (target !== null) {
      shouldFocus.current = target !== active;
      onActive(target);
    } else if (event.key === 'Enter' || event.key === ' ') {
      onOpen(active);
    } else return;
    event.preventDefault();
  };

  return (
    <div ref={list} className={css['scroll']}>
      <div
        id={id}
        role="listbox"
        aria-label={t('list.label')}
        className={css['list']}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              role="presentation"
              className={css['slot']}
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              {row.type === 'section' ? (
                <SectionHeading name={row.name} />
              ) : (
                <ConversationRow
                  id={`${id}-${row.key}`}
                  conversation={row.conversation}
                  isOpen={row.conversation.roomId === openRoomId}
                  isActive={index === active}
                  nowMs={nowMs}
                  onOpen={() => {
                    onOpen(index);
                  }}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SectionHeading({ name }: { readonly name: SectionName }) {
  const t = useT();
  return (
    <div role="presentation" className={css['heading']}>
      {t(`list.section.${name}`)}
    </div>
  );
}

function targetOf(key: string, rows: readonly ListRow[], active: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return stepRow(rows, active, 1);
    case 'ArrowUp':
      return stepRow(rows, active, -1);
    case 'Home':
      return edgeRow(rows, 'first');
    case 'End':
      return edgeRow(rows, 'last');
    default:
      return null;
  }
}

import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useNavigation, useServices } from '../../app/context.ts';
import type { FocusHome } from '../../app/focus-home.ts';
import { searchKeys } from '../../app/shortcuts.ts';
import css from './SearchField.module.css';

interface SearchFieldProps {
  readonly listId: string;
  readonly activeKey: string | null;
  readonly onQuery: (query: string) => void;
  readonly onStep: (offset: 1 | -1) => void;
  readonly onEnter: () => void;
}

/** Filters the list below; the arrow keys and Enter work from here. */
export function SearchField({ listId, activeKey, onQuery, onStep, onEnter }: SearchFieldProps) {
  const { t, client } = useServices();
  const query = useNavigation((navigation) => navigation.query);
  const requests = useNavigation((navigation) => navigation.searchRequests);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (requests === 0) return;
    input.current?.focus();
    input.current?.select();
  }, [requests]);

  return (
    <div className={css['search']}>
      <Search size={14} aria-hidden="true" />
      <input
        ref={input}
        data-focus-home={'list' satisfies FocusHome}
        className={css['input']}
        role="combobox"
        aria-label={t('list.searchLabel')}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        {...(activeKey === null ? {} : { 'aria-activedescendant': `${listId}-${activeKey}` })}
        value={query}
        placeholder={t('list.search')}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          onQuery(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || event.altKey) return;
          if (event.key === 'ArrowDown') onStep(1);
          else if (event.key === 'ArrowUp') onStep(-1);
          else if (event.key === 'Enter') onEnter();
          else if (event.key === 'Escape' && query !== '') {
            onQuery('');
            event.stopPropagation();
          } else return;
          event.preventDefault();
        }}
      />
      {query === '' && (
        <kbd className={css['keys']} aria-hidden="true">
          {searchKeys(client.platform)}
        </kbd>
      )}
    </div>
  );
}

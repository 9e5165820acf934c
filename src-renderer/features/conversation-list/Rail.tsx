import { Settings, SquarePen } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useNavigation, useServices, useViews } from '../../app/context.ts';
import { loadConversations } from '../../app/engine-link.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { MenuContainer } from '../../ui/Menu.tsx';
import { Region } from '../../ui/Region.tsx';
import { ConnectionLine } from '../connection/ConnectionLine.tsx';
import { ConversationList } from './ConversationList.tsx';
import { edgeRow, listRows, stepRow } from './list-rows.ts';
import css from './Rail.module.css';
import { SearchField } from './SearchField.tsx';
import { conversationSections } from './sections.ts';

/** The left side: search, conversations, connection. */
export function Rail() {
  const { t, navigator } = useServices();
  const [rail, setRail] = useState<HTMLElement | null>(null);
  return (
    <nav ref={setRail} className={css['rail']} aria-label={t('list.label')}>
      <header className={css['header']}>
        <h1 className={css['name']}>{t('app.name')}</h1>
        <IconButton
          label={t('list.settings')}
          onClick={() => {
            navigator.openDialog({ type: 'settings' });
          }}
        >
          <Settings size={17} />
        </IconButton>
        <IconButton
          label={t('list.new')}
          onClick={() => {
            navigator.openDialog({ type: 'new-conversation' });
          }}
        >
          <SquarePen size={17} />
        </IconButton>
      </header>
      <MenuContainer value={rail}>
        <Region>
          <SearchableList />
        </Region>
      </MenuContainer>
      <ConnectionLine />
    </nav>
  );
}

const LIST_ID = 'conversations';

function SearchableList() {
  const { navigator } = useServices();
  const query = useNavigation((navigation) => navigation.query);
  const openRoomId = useNavigation((navigation) => navigation.roomId);
  const conversations = useViews((views) => views.conversations);
  const rows = useMemo(() => listRows(conversationSections(conversations, query)), [conversations, query]);
  /** The row the arrow keys stand on, by key: the list may move under it. */
  const [activeKey, setActiveKey] = useState<string | null>(null);

  const indexOf = (key: string | null): number => rows.findIndex((row) => row.key === key);
  const isSearching = query !== '';
  const chosen = indexOf(activeKey);
  const fallback = isSearching ? edgeRow(rows, 'first') : indexOf(openRoomId);
  const active = chosen !== -1 ? chosen : fallback !== -1 ? fallback : edgeRow(rows, 'first');

  const moveTo = (index: number): void => {
    setActiveKey(rows[index]?.key ?? null);
  };
  const open = (index: number): void => {
    const row = rows[index];
    if (row?.type !== 'conversation') return;
    navigator.openRoom(row.conversation.roomId);
    navigator.setQuery('');
    setActiveKey(row.key);
  };

  return (
    <>
      <SearchField
        listId={LIST_ID}
        activeKey={isSearching ? (rows[active]?.key ?? null) : null}
        onQuery={(text) => {
          setActiveKey(null);
          navigator.setQuery(text);
        }}
        onStep={(offset) => {
          // The first step of a search that begins goes to its first row.
          moveTo(chosen === -1 && !isSearching ? edgeRow(rows, 'first') : stepRow(rows, active, offset));
        }}
        onEnter={() => {
          if (isSearching || chosen !== -1) open(active);
        }}
      />
      <ListState hasRows={rows.length > 0} query={query} />
      <ConversationList id={LIST_ID} rows={rows} active={active} onActive={moveTo} onOpen={open} />
    </>
  );
}

function ListState({ hasRows, query }: { readonly hasRows: boolean; readonly query: string }) {
  const services = useServices();
  const { t } = services;
  const loading = useViews((views) => views.loading);
  if (loading.state === 'failed') {
    return (
      <div className={css['state']} role="alert">
        <p>{t('list.failed')}</p>
        <Button size="small" onClick={() => void loadConversations(services)}>
          {t('action.reload')}
        </Button>
      </div>
    );
  }
  if (hasRows || loading.state === 'waiting') return null;
  return (
    <p className={css['state']} role="status">
      {query === '' ? t('list.empty') : t('list.noMatches', { query })}
    </p>
  );
}

import clsx from 'clsx';
import { useEffect } from 'react';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { useNavigation, useServices, useViews } from '../../app/context.ts';
import { shortcutFor } from '../../app/shortcuts.ts';
import { Region } from '../../ui/Region.tsx';
import { Conversation } from '../conversation/Conversation.tsx';
import { Rail } from '../conversation-list/Rail.tsx';
import { DetailsPanel } from '../details/DetailsPanel.tsx';
import { RecoveryDialog } from '../startup/RecoveryDialog.tsx';
import { Dialogs } from './Dialogs.tsx';
import css from './MainWindow.module.css';
import { InvitePage, PlaceholderPage } from './pages.tsx';

export function MainWindow({ account }: { readonly account: AccountView }) {
  const roomId = useNavigation((navigation) => navigation.roomId);
  const isDetailsOpen = useNavigation((navigation) => navigation.isDetailsOpen);
  const isEmpty = useViews((views) => views.loading.state === 'ready' && views.conversations.size === 0);
  useShortcuts();

  const hasPanel = roomId !== null && isDetailsOpen;
  return (
    <div className={clsx(css['window'], hasPanel && css['withPanel'])}>
      <Rail />
      <Region key={roomId}>
        {roomId !== null && <Conversation roomId={roomId} />}
        {roomId === null && (isEmpty ? <InvitePage account={account} /> : <PlaceholderPage />)}
      </Region>
      {hasPanel && (
        <div className={css['panel']}>
          <Region>
            <DetailsPanel roomId={roomId} />
          </Region>
        </div>
      )}
      <Dialogs account={account} />
      <RecoveryDialog />
    </div>
  );
}

/** Keys that work wherever the focus is; dialogs keep theirs to themselves. */
function useShortcuts(): void {
  const { client, navigation, navigator } = useServices();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || navigation.getState().dialog !== null) return;
      const shortcut = shortcutFor(event, client.platform);
      if (shortcut === null) return;
      if (shortcut === 'close-panel') {
        if (!navigation.getState().isDetailsOpen) return;
        navigator.setDetails('closed');
      } else {
        navigator.run(shortcut);
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [client, navigation, navigator]);
}

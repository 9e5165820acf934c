import { X } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { RoomId } from '../../../src-shared/ids.ts';
import { useServices, useViews } from '../../app/context.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { SwitchRow } from '../../ui/Choices.tsx';
import css from './DetailsPanel.module.css';
import { SafetyNumberSection } from './SafetyNumberSection.tsx';

/** About the person of the open conversation. Beside it where there is room, over it where not. */
export function DetailsPanel({ roomId }: { readonly roomId: RoomId }) {
  const { t, perform, navigator } = useServices();
  const conversation = useViews((views) => views.conversations.get(roomId));
  const panel = useRef<HTMLElement>(null);
  const closer = useRef<HTMLButtonElement>(null);

  // The focus comes with the panel and goes back when the panel goes; another room leaves it alone.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const element = panel.current;
    closer.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && element?.contains(document.activeElement)) opener.focus();
    };
  }, []);

  if (conversation === undefined) return null;
  const { peer, isMuted, state } = conversation;
  return (
    <aside ref={panel} className={css['panel']} aria-label={t('details.title')}>
      <header className={css['header']}>
        <h2 className={css['title']}>{t('details.title')}</h2>
        <IconButton
          ref={closer}
          label={t('details.close')}
          onClick={() => {
            navigator.setDetails('closed');
          }}
        >
          <X size={17} />
        </IconButton>
      </header>
      <div className={css['content']}>
        <div className={css['person']}>
          <Avatar accountId={peer.accountId} name={peer.displayName} size="large" />
          <p className={css['name']}>
            <bdi>{peer.displayName}</bdi>
          </p>
          <p className={css['username']}>@{peer.username}</p>
        </div>
        <SafetyNumberSection key={`${peer.accountId} ${peer.identity}`} contact={peer} />
        <section className={css['section']}>
          <SwitchRow
            label={t('details.mute')}
            isOn={isMuted}
            onChange={(isOn) =>
              void perform('conversations.mute', { roomId, state: isOn ? 'muted' : 'unmuted' })
            }
          />
          {state === 'blocked' ? (
            <Button onClick={() => void perform('conversations.unblock', { roomId })}>
              {t('action.unblock')}
            </Button>
          ) : (
            <Button
              look="danger"
              onClick={() => {
                navigator.openDialog({ type: 'confirm-block', roomId });
              }}
            >
              {t('action.block')}
            </Button>
          )}
        </section>
      </div>
    </aside>
  );
}

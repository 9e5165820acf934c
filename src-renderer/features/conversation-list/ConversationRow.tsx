import clsx from 'clsx';
import { BellOff } from 'lucide-react';
import { memo } from 'react';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { useServices, useViews } from '../../app/context.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Hidden } from '../../ui/Hidden.tsx';
import { RowMenu } from '../../ui/Menu.tsx';
import { DeliveryTicks } from '../timeline/DeliveryTicks.tsx';
import css from './ConversationRow.module.css';
import { useRowMenu } from './row-menu.tsx';
import { previewOf, type Preview } from './preview.ts';

interface ConversationRowProps {
  readonly id: string;
  readonly conversation: ConversationView;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly nowMs: number;
  readonly onOpen: () => void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { id, conversation, isOpen, isActive, nowMs, onOpen } = props;
  const { t, formats } = useServices();
  const isTyping = useViews((views) => views.typing.has(conversation.roomId));
  const menu = useRowMenu(conversation);
  const { peer, unreadCount, isMuted, lastMessage } = conversation;
  const timeMs = lastMessage?.sentAtMs ?? conversation.lastActivityMs;

  return (
    <RowMenu entries={menu}>
      <div
        id={id}
        role="option"
        aria-selected={isOpen}
        tabIndex={isActive ? 0 : -1}
        className={clsx(css['row'], isOpen && css['open'], isActive && css['active'])}
        onClick={onOpen}
      >
        <Avatar accountId={peer.accountId} name={peer.displayName} />
        <span className={css['words']}>
          <span className={css['line']}>
            <bdi className={clsx(css['name'], unreadCount > 0 && css['isNew'])}>{peer.displayName}</bdi>
            <time className={css['time']} dateTime={new Date(timeMs).toISOString()}>
              {formats.listTime(timeMs, nowMs)}
            </time>
          </span>
          <span className={css['line']}>
            <PreviewLine preview={previewOf(t, conversation, { isTyping, isOpen })} />
            {isMuted && <BellOff size={12} role="img" aria-label={t('list.muted')} />}
            {unreadCount > 0 && (
              <span className={clsx(css['badge'], isMuted && css['quiet'])}>
                <span aria-hidden="true">{unreadCount > 99 ? '99+' : unreadCount}</span>
                <Hidden>{t('list.unread', { count: unreadCount })}</Hidden>
              </span>
            )}
          </span>
        </span>
      </div>
    </RowMenu>
  );
});

function PreviewLine({ preview }: { readonly preview: Preview }) {
  const { t } = useServices();
  switch (preview.type) {
    case 'typing':
      return <span className={clsx(css['preview'], css['typing'])}>{t('list.typing')}</span>;
    case 'draft':
      return (
        <span className={css['preview']}>
          <span className={css['draft']}>{t('list.draft')}</span> <bdi>{preview.text}</bdi>
        </span>
      );
    case 'quiet':
      return <span className={css['preview']}>{preview.text}</span>;
    case 'message':
      return (
        <>
          <span className={clsx(css['preview'], preview.delivery !== null && css['withTicks'])}>
            {preview.isOwn && `${t('list.you')} `}
            <bdi>{preview.text}</bdi>
          </span>
          {preview.delivery !== null && (
            <span className={css['ticks']}>
              <DeliveryTicks state={preview.delivery} />
            </span>
          )}
        </>
      );
  }
}

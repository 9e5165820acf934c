import { Lock, PanelRight } from 'lucide-react';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { useNavigation, useServices } from '../../app/context.ts';
import { IconButton } from '../../ui/Button.tsx';
import css from './Conversation.module.css';

export function ConversationHeader({ conversation }: { readonly conversation: ConversationView }) {
  const { t, navigator } = useServices();
  const isDetailsOpen = useNavigation((navigation) => navigation.isDetailsOpen);
  const { peer } = conversation;
  return (
    <header className={css['header']}>
      <div className={css['who']}>
        <h2 className={css['name']}>
          <bdi>{peer.displayName}</bdi>
        </h2>
        <span className={css['subline']}>@{peer.username}</span>
      </div>
      {peer.identity === 'verified' && (
        <span className={css['verified']}>
          <Lock size={12} aria-hidden="true" />
          {t('conversation.verified')}
        </span>
      )}
      <IconButton
        label={t('conversation.details')}
        aria-expanded={isDetailsOpen}
        onClick={() => {
          navigator.setDetails(isDetailsOpen ? 'closed' : 'open');
        }}
      >
        <PanelRight size={17} />
      </IconButton>
    </header>
  );
}

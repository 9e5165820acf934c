/** What stands in place of the composer where nothing can be written. */
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import type { FocusHome } from '../../app/focus-home.ts';
import { Button } from '../../ui/Button.tsx';
import css from './Conversation.module.css';

interface BarProps {
  readonly conversation: ConversationView;
}

export function RequestBar({ conversation }: BarProps) {
  const { t, perform, navigator } = useServices();
  const { roomId, peer } = conversation;
  const name = peer.displayName;
  return (
    <section className={css['bar']} aria-label={t('list.request')}>
      <div className={css['barWords']}>
        <p className={css['barTitle']} dir="auto">
          {t('request.title', { name })}
        </p>
        <p className={css['barText']} dir="auto">
          {t('request.text', { name, username: `@${peer.username}` })}
        </p>
      </div>
      <div className={css['barActions']}>
        <Button
          look="danger"
          onClick={() => {
            navigator.openDialog({ type: 'confirm-block', roomId });
          }}
        >
          {t('action.block')}
        </Button>
        <Button look="primary" onClick={() => void perform('conversations.accept', { roomId })}>
          {t('request.accept')}
        </Button>
      </div>
    </section>
  );
}

export function BlockedBar({ conversation }: BarProps) {
  const { t, perform } = useServices();
  const { roomId, peer } = conversation;
  const name = peer.displayName;
  return (
    <section className={css['bar']} aria-label={t('list.blocked')}>
      <div className={css['barWords']}>
        <p className={css['barTitle']} dir="auto">
          {t('blocked.title', { name })}
        </p>
        <p className={css['barText']} dir="auto">
          {t('blocked.text', { name })}
        </p>
      </div>
      <Button
        data-focus-home={'conversation' satisfies FocusHome}
        onClick={() => void perform('conversations.unblock', { roomId })}
      >
        {t('action.unblock')}
      </Button>
    </section>
  );
}

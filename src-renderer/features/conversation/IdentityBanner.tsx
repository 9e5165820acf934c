import { ShieldAlert } from 'lucide-react';
import type { ContactView } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import css from './Conversation.module.css';

export function IdentityBanner({ peer }: { readonly peer: ContactView }) {
  const { t, perform, navigator } = useServices();
  const { accountId, displayName: name } = peer;
  return (
    <section className={css['banner']} role="alert">
      <ShieldAlert size={18} aria-hidden="true" />
      <p className={css['bannerTitle']}>{t('identity.title', { name })}</p>
      <p className={css['bannerText']}>{t('identity.text', { name })}</p>
      <div className={css['bannerActions']}>
        <Button
          size="small"
          look="primary"
          onClick={() => {
            navigator.setDetails('open');
          }}
        >
          {t('identity.compare')}
        </Button>
        <Button size="small" onClick={() => void perform('contacts.acknowledgeIdentity', { accountId })}>
          {t('identity.continue')}
        </Button>
      </div>
    </section>
  );
}

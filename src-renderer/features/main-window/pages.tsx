/** The middle of the window while no conversation is open. */
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { useServices, useViews } from '../../app/context.ts';
import { inviteLink } from '../../app/relay-links.ts';
import { searchKeys } from '../../app/shortcuts.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/CopyButton.tsx';
import { Logo } from '../startup/Logo.tsx';
import css from './MainWindow.module.css';

export function PlaceholderPage() {
  const { t, client } = useServices();
  return (
    <main className={css['page']}>
      <Logo size={56} />
      <h2 className={css['pageTitle']}>{t('placeholder.title')}</h2>
      <p className={css['pageText']}>{t('placeholder.text', { shortcut: searchKeys(client.platform) })}</p>
    </main>
  );
}

/** Nobody to write with yet: how to change that. */
export function InvitePage({ account }: { readonly account: AccountView }) {
  const { t, navigator } = useServices();
  const hosted = useViews((views) => views.hostedRelay);
  return (
    <main className={css['page']}>
      <Logo size={56} />
      <h2 className={css['pageTitle']}>{t('invite.title')}</h2>
      <p className={css['pageText']}>{t('invite.text')}</p>
      <div className={css['invite']}>
        <div>
          <p className={css['inviteLabel']}>{t('invite.username')}</p>
          <CopyLine text={account.username} label={t('invite.copyUsername')} />
        </div>
        <div>
          <p className={css['inviteLabel']}>{t('invite.link')}</p>
          <CopyLine text={inviteLink(account, hosted)} label={t('invite.copyLink')} />
        </div>
      </div>
      <Button
        look="primary"
        onClick={() => {
          navigator.openDialog({ type: 'new-conversation' });
        }}
      >
        {t('invite.start')}
      </Button>
    </main>
  );
}

import type { AccountView, HostedRelayView } from '../../../src-shared/contract/views.ts';
import { useServices, useViews } from '../../app/context.ts';
import type { Translate } from '../../app/i18n/translate.ts';
import { relayHost } from '../../app/relay-host.ts';
import { inviteLink, isOwnRelay } from '../../app/relay-links.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyLine } from '../../ui/CopyButton.tsx';
import css from './SettingsDialog.module.css';

export function RelaySection({ account }: { readonly account: AccountView }) {
  const { t, perform, views } = useServices();
  const hosted = useViews((state) => state.hostedRelay);
  const isRunning = hosted.state === 'running';

  const toggle = async (): Promise<void> => {
    const changed = await perform(isRunning ? 'hostedRelay.stop' : 'hostedRelay.start', {});
    if (changed !== undefined) views.setState({ hostedRelay: changed });
  };

  return (
    <>
      <div>
        <p className={css['label']}>{t('settings.currentRelay')}</p>
        <p className={css['text']}>{relayHost(account.relayUrl)}</p>
      </div>
      <div>
        <p className={css['label']}>{t('invite.link')}</p>
        <CopyLine text={inviteLink(account, hosted)} label={t('invite.copyLink')} />
      </div>
      <div className={css['between']}>
        <div>
          <p className={css['label']}>{t('settings.hosted')}</p>
          <p className={css['text']} role="status">
            {hostedText(t, hosted)}
          </p>
        </div>
        <Button disabled={hosted.state === 'starting'} onClick={() => void toggle()}>
          {t(BUTTONS[hosted.state])}
        </Button>
      </div>
      {isRunning && !isOwnRelay(account, hosted) && (
        <div>
          <p className={css['label']}>{t('settings.joinLink')}</p>
          <CopyLine text={hosted.joinLink} label={t('settings.copyLink')} />
        </div>
      )}
    </>
  );
}

const BUTTONS = {
  stopped: 'settings.hosted.start',
  starting: 'settings.hosted.start',
  running: 'settings.hosted.stop',
  failed: 'settings.hosted.startAgain',
} as const;

function hostedText(t: Translate, hosted: HostedRelayView): string {
  switch (hosted.state) {
    case 'running':
      return t('settings.hosted.running', { url: relayHost(hosted.url) });
    case 'failed':
      return hosted.error.code === 'internal' ? t('settings.hosted.ended') : t(`error.${hosted.error.code}`);
    default:
      return t(`settings.hosted.${hosted.state}`);
  }
}

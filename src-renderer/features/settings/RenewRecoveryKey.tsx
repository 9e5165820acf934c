import { useState } from 'react';
import type { Protection } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { errorText } from '../../app/error-text.ts';
import { addToast } from '../../app/state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { SecretField } from '../../ui/TextField.tsx';
import { RecoveryKeyForm } from '../recovery-key/RecoveryKeyForm.tsx';
import css from './SettingsDialog.module.css';

type Stage =
  | { readonly at: 'rest' }
  | { readonly at: 'asking' }
  | { readonly at: 'showing'; readonly recoveryKey: string }
  /** As at rest; the focus comes back to where it began. */
  | { readonly at: 'done' };

export function RenewRecoveryKey({ protection }: { readonly protection: Protection }) {
  const { t, client, perform, toasts } = useServices();
  const [stage, setStage] = useState<Stage>({ at: 'rest' });
  const [passphrase, setPassphrase] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const make = async (): Promise<void> => {
    setIsBusy(true);
    try {
      const params = protection === 'passphrase' ? { passphrase } : {};
      const { recoveryKey } = await client.request('store.renewRecoveryKey', params);
      setPassphrase('');
      setStage({ at: 'showing', recoveryKey });
    } catch (error) {
      setProblem(errorText(t, error));
    } finally {
      setIsBusy(false);
    }
  };
  const confirm = async (): Promise<void> => {
    setIsBusy(true);
    const confirmed = await perform('store.confirmRecoveryKey', {});
    setIsBusy(false);
    if (confirmed === undefined) return;
    setStage({ at: 'done' });
    addToast(toasts, 'done', t('settings.recoveryKey.done'));
  };

  switch (stage.at) {
    case 'showing':
      return (
        <section className={css['form']}>
          <div>
            <p className={css['label']}>{t('recoveryKey.title')}</p>
            <p className={css['text']}>{t('settings.recoveryKey.shown')}</p>
          </div>
          <RecoveryKeyForm
            recoveryKey={stage.recoveryKey}
            isBusy={isBusy}
            submit={t('settings.recoveryKey.use')}
            onConfirmed={() => void confirm()}
          />
        </section>
      );
    case 'asking':
      return (
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault();
            if (passphrase !== '' && !isBusy) void make();
          }}
        >
          <SecretField
            label={t('settings.recoveryKey.ask')}
            value={passphrase}
            onValue={(value) => {
              setPassphrase(value);
              setProblem(null);
            }}
            problem={problem}
            autoFocus
          />
          <Button type="submit" look="primary" disabled={passphrase === ''} className={css['formActions']}>
            {t(isBusy ? 'settings.working' : 'settings.recoveryKey.make')}
          </Button>
        </form>
      );
    default:
      return (
        <div className={css['between']}>
          <div>
            <p className={css['label']}>{t('settings.recoveryKey')}</p>
            <p className={css['text']} role={problem === null ? undefined : 'alert'}>
              {problem ?? t('settings.recoveryKeyText')}
            </p>
          </div>
          <Button
            autoFocus={stage.at === 'done'}
            onClick={() => {
              setProblem(null);
              if (protection === 'passphrase') setStage({ at: 'asking' });
              else if (!isBusy) void make();
            }}
          >
            {t('settings.recoveryKey.make')}
          </Button>
        </div>
      );
  }
}

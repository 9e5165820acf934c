import { useState } from 'react';
import type { Protection } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { errorText } from '../../app/error-text.ts';
import { addToast } from '../../app/state/toasts.ts';
import { Button } from '../../ui/Button.tsx';
import { SecretField } from '../../ui/TextField.tsx';
import { NewPassphraseFields } from '../onboarding/NewPassphraseFields.tsx';
import { passphraseProblem } from '../onboarding/onboarding-rules.ts';
import css from './SettingsDialog.module.css';

/** Changes the passphrase; says what opens the store where there is none. */
export function PassphraseForm({ protection }: { readonly protection: Protection }) {
  const { t } = useServices();
  const [way, setWay] = useState<'rest' | 'open' | 'done'>('rest');
  if (way === 'open') {
    return (
      <ChangeForm
        onDone={() => {
          setWay('done');
        }}
      />
    );
  }
  return (
    <div className={css['between']}>
      <div>
        <p className={css['label']}>{t('settings.passphrase')}</p>
        <p className={css['text']}>
          {t(protection === 'passphrase' ? 'settings.passphraseText' : 'settings.keychainText')}
        </p>
      </div>
      {protection === 'passphrase' && (
        <Button
          autoFocus={way === 'done'}
          onClick={() => {
            setWay('open');
          }}
        >
          {t('settings.passphrase.change')}
        </Button>
      )}
    </div>
  );
}

function ChangeForm({ onDone }: { readonly onDone: () => void }) {
  const { t, client, toasts } = useServices();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const found = passphraseProblem(next, repeated);
  const wrong = isChecked ? found : null;

  const change = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await client.request('store.changePassphrase', { current, next });
      addToast(toasts, 'done', t('settings.passphrase.done'));
      onDone();
    } catch (error) {
      setProblem(errorText(t, error));
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        setIsChecked(true);
        if (found === null && current !== '' && !isBusy) void change();
      }}
    >
      <SecretField
        label={t('settings.passphrase.current')}
        value={current}
        onValue={(value) => {
          setCurrent(value);
          setProblem(null);
        }}
        problem={problem}
        autoFocus
      />
      <NewPassphraseFields
        passphrase={next}
        repeated={repeated}
        onPassphrase={setNext}
        onRepeated={setRepeated}
        wrong={wrong}
      />
      <Button type="submit" look="primary" disabled={current === ''} className={css['formActions']}>
        {t(isBusy ? 'settings.working' : 'settings.passphrase.change')}
      </Button>
    </form>
  );
}

import { useState } from 'react';
import type { AppState } from '../../../src-shared/contract/views.ts';
import type { RequestParams } from '../../../src-shared/contract/requests.ts';
import { useServices, useT } from '../../app/context.ts';
import { errorText } from '../../app/error-text.ts';
import { Button } from '../../ui/Button.tsx';
import { SecretField, TextField } from '../../ui/TextField.tsx';
import { NewPassphraseFields } from '../onboarding/NewPassphraseFields.tsx';
import { passphraseProblem } from '../onboarding/onboarding-rules.ts';
import { Screen } from './Screen.tsx';
import css from './Screen.module.css';

type Locked = Extract<AppState, { phase: 'locked' }>;

export function UnlockScreen({ locked }: { readonly locked: Locked }) {
  const { by, recovery } = locked;
  const t = useT();
  const [way, setWay] = useState<'passphrase' | 'recovery-key'>(
    by === 'passphrase' ? 'passphrase' : 'recovery-key',
  );
  if (way === 'passphrase') {
    return (
      <PassphraseForm
        onForgotten={
          recovery === 'none'
            ? null
            : () => {
                setWay('recovery-key');
              }
        }
      />
    );
  }
  if (recovery === 'none') {
    return <Screen title={t('recover.keychainTitle')} text={t('recover.impossibleText')} />;
  }
  return (
    <RecoveryForm
      locked={locked}
      onBack={() => {
        setWay('passphrase');
      }}
    />
  );
}

function PassphraseForm({ onForgotten }: { readonly onForgotten: (() => void) | null }) {
  const { t } = useServices();
  const [passphrase, setPassphrase] = useState('');
  const { isBusy, problem, unlock, clearProblem } = useUnlock();
  return (
    <Screen title={t('unlock.title')} text={t('unlock.text')}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (passphrase !== '') void unlock({ by: 'passphrase', passphrase });
        }}
      >
        <SecretField
          label={t('unlock.passphrase')}
          value={passphrase}
          onValue={(value) => {
            setPassphrase(value);
            clearProblem();
          }}
          problem={problem}
          autoFocus
        />
        <div className={css['actions']}>
          {onForgotten !== null && (
            <Button look="link" onClick={onForgotten}>
              {t('unlock.forgot')}
            </Button>
          )}
          <Button type="submit" look="primary" disabled={isBusy || passphrase === ''}>
            {isBusy ? t('unlock.busy') : t('unlock.submit')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

function RecoveryForm({ locked, onBack }: { readonly locked: Locked; readonly onBack: () => void }) {
  const { by, newProtection } = locked;
  const { t } = useServices();
  const [recoveryKey, setRecoveryKey] = useState('');
  const [newPassphrase, setNewPassphrase] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const { isBusy, problem, unlock, clearProblem } = useUnlock();
  const needsPassphrase = newProtection === 'passphrase';
  const found = needsPassphrase ? passphraseProblem(newPassphrase, repeated) : null;
  const wrong = isChecked ? found : null;

  return (
    <Screen
      title={by === 'passphrase' ? t('recover.title') : t('recover.keychainTitle')}
      text={t(RECOVERY_TEXTS[by][newProtection])}
    >
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          setIsChecked(true);
          if (found !== null || recoveryKey.trim() === '') return;
          void unlock({
            by: 'recovery-key',
            recoveryKey: recoveryKey.trim(),
            ...(needsPassphrase ? { newPassphrase } : {}),
          });
        }}
      >
        <TextField
          label={t('recover.key')}
          value={recoveryKey}
          onValue={(value) => {
            setRecoveryKey(value);
            clearProblem();
          }}
          problem={problem}
          autoFocus
        />
        {needsPassphrase && (
          <NewPassphraseFields
            passphrase={newPassphrase}
            repeated={repeated}
            onPassphrase={setNewPassphrase}
            onRepeated={setRepeated}
            wrong={wrong}
          />
        )}
        <div className={css['actions']}>
          {by === 'passphrase' && (
            <Button look="link" onClick={onBack}>
              {t('unlock.usePassphrase')}
            </Button>
          )}
          <Button type="submit" look="primary" disabled={isBusy || recoveryKey.trim() === ''}>
            {isBusy ? t('unlock.busy') : t('recover.submit')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

/** By what locked the store, and what will protect it next. */
const RECOVERY_TEXTS = {
  passphrase: { passphrase: 'recover.text', keychain: 'recover.forgottenText' },
  'keychain-changed': { passphrase: 'recover.keychainText', keychain: 'recover.keychainOnlyText' },
} as const;

function useUnlock() {
  const { client, t } = useServices();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const unlock = async (way: RequestParams<'store.unlock'>): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    try {
      // The answer comes as a new app state, which replaces this screen.
      await client.request('store.unlock', way);
    } catch (error) {
      setProblem(errorText(t, error));
    } finally {
      setIsBusy(false);
    }
  };
  return {
    isBusy,
    problem,
    unlock,
    clearProblem: () => {
      setProblem(null);
    },
  };
}

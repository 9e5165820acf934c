import { useState } from 'react';
import { useStore } from 'zustand';
import type { Protection } from '../../../src-shared/contract/views.ts';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { SecretField } from '../../ui/TextField.tsx';
import { Screen } from '../startup/Screen.tsx';
import screen from '../startup/Screen.module.css';
import type { StepProps } from './Onboarding.tsx';
import css from './Onboarding.module.css';
import { createEncryptedStore } from './onboarding-actions.ts';
import { MIN_PASSPHRASE_CHARACTERS, passphraseProblem, passphraseStrength } from './onboarding-rules.ts';
import { Progress } from './Progress.tsx';

export function ProtectStep({ number, count, onBack, protection }: StepProps & { protection: Protection }) {
  const services = useServices();
  const { t, onboarding } = services;
  const isBusy = useStore(onboarding, (state) => state.isBusy);
  const [passphrase, setPassphrase] = useState('');
  const [repeated, setRepeated] = useState('');
  const [isChecked, setIsChecked] = useState(false);
  const needsPassphrase = protection === 'passphrase';
  const wrong = needsPassphrase ? passphraseProblem(passphrase, repeated) : null;

  return (
    <Screen
      title={t('onboarding.protect.title')}
      text={t(needsPassphrase ? 'onboarding.protect.passphraseText' : 'onboarding.protect.keychainText')}
      progress={<Progress number={number} count={count} />}
    >
      <form
        className={screen['form']}
        onSubmit={(event) => {
          event.preventDefault();
          setIsChecked(true);
          if (wrong === null) void createEncryptedStore(services, needsPassphrase ? passphrase : null);
        }}
      >
        {needsPassphrase && (
          <>
            <SecretField
              label={t('onboarding.protect.passphrase')}
              value={passphrase}
              onValue={setPassphrase}
              problem={
                isChecked && wrong === 'short'
                  ? t('onboarding.protect.short', { count: MIN_PASSPHRASE_CHARACTERS })
                  : null
              }
              autoFocus
            />
            {passphrase !== '' && <StrengthHint passphrase={passphrase} />}
            <SecretField
              label={t('onboarding.protect.repeat')}
              value={repeated}
              onValue={setRepeated}
              problem={isChecked && wrong === 'differs' ? t('onboarding.protect.differs') : null}
            />
          </>
        )}
        <div className={screen['actions']}>
          <Button onClick={onBack}>{t('action.back')}</Button>
          <Button type="submit" look="primary" disabled={isBusy} autoFocus={!needsPassphrase}>
            {t('onboarding.protect.create')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

function StrengthHint({ passphrase }: { readonly passphrase: string }) {
  const { t } = useServices();
  const strength = passphraseStrength(passphrase);
  return (
    <div className={css['strength']}>
      <span className={css['meter']} data-strength={strength} aria-hidden="true">
        <span className={css['bar']} />
        <span className={css['bar']} />
        <span className={css['bar']} />
      </span>
      <span role="status">{t(`onboarding.strength.${strength}`)}</span>
    </div>
  );
}

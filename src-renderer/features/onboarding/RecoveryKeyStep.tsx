import { useState } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../../app/context.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Screen } from '../startup/Screen.tsx';
import screen from '../startup/Screen.module.css';
import css from './Onboarding.module.css';
import { stepsFor } from './onboarding-rules.ts';
import { Progress } from './Progress.tsx';

interface RecoveryKeyStepProps {
  readonly recoveryKey: string;
  readonly onConfirmed: () => void;
}

/** The second half of the last step: the key, shown once. There is no way back, the store exists now. */
export function RecoveryKeyStep({ recoveryKey, onConfirmed }: RecoveryKeyStepProps) {
  const { t, onboarding } = useServices();
  const isBusy = useStore(onboarding, (state) => state.isBusy);
  const [isWritten, setIsWritten] = useState(false);
  const count = stepsFor('passphrase').length;
  return (
    <Screen
      title={t('onboarding.recovery.title')}
      text={t('onboarding.recovery.text')}
      progress={<Progress number={count} count={count} />}
    >
      <form
        className={screen['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isWritten && !isBusy) onConfirmed();
        }}
      >
        <output className={css['key']} aria-label={t('onboarding.recovery.key')}>
          {recoveryKey}
        </output>
        <div className={css['between']}>
          <label className={css['confirm']}>
            <input
              type="checkbox"
              checked={isWritten}
              autoFocus
              onChange={(event) => {
                setIsWritten(event.target.checked);
              }}
            />
            {t('onboarding.recovery.confirm')}
          </label>
          <CopyButton text={recoveryKey} label={t('onboarding.recovery.copy')} />
        </div>
        <div className={screen['actions']}>
          <Button type="submit" look="primary" disabled={!isWritten || isBusy}>
            {t(isBusy ? 'onboarding.finishing' : 'onboarding.finish')}
          </Button>
        </div>
      </form>
    </Screen>
  );
}

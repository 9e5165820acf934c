import { useStore } from 'zustand';
import { useServices } from '../../app/context.ts';
import { RecoveryKeyForm } from '../recovery-key/RecoveryKeyForm.tsx';
import { Screen } from '../startup/Screen.tsx';
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
  const count = stepsFor('passphrase').length;
  return (
    <Screen
      title={t('recoveryKey.title')}
      text={t('recoveryKey.text')}
      progress={<Progress number={count} count={count} />}
    >
      <RecoveryKeyForm
        recoveryKey={recoveryKey}
        isBusy={isBusy}
        submit={t(isBusy ? 'onboarding.finishing' : 'onboarding.finish')}
        onConfirmed={onConfirmed}
      />
    </Screen>
  );
}

import { useEffect, useState } from 'react';
import { useServices } from '../../app/context.ts';
import { Screen } from '../startup/Screen.tsx';
import { StartingScreen } from '../startup/StartingScreen.tsx';
import { RecoveryKeyForm } from './RecoveryKeyForm.tsx';

/** Kith ended before the recovery key was confirmed: another one comes before anything else. */
export function NewRecoveryKeyScreen() {
  const { t, perform } = useServices();
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    void perform('store.recoveryKey', {}).then((answer) => {
      setRecoveryKey(answer?.recoveryKey ?? null);
    });
  }, [perform]);

  const confirm = async (): Promise<void> => {
    setIsBusy(true);
    // The answer comes as a new app state, which replaces this screen.
    await perform('store.confirmRecoveryKey', {});
    setIsBusy(false);
  };

  if (recoveryKey === null) return <StartingScreen />;
  return (
    <Screen title={t('recoveryKey.title')} text={t('recoveryKey.againText')}>
      <RecoveryKeyForm
        recoveryKey={recoveryKey}
        isBusy={isBusy}
        submit={t('action.continue')}
        onConfirmed={() => void confirm()}
      />
    </Screen>
  );
}

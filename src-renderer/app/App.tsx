import { useStore } from 'zustand';
import { ServicesContext, useServices, useViews } from './context.ts';
import type { Services } from './services.ts';
import { MainWindow } from '../features/main-window/MainWindow.tsx';
import { Onboarding } from '../features/onboarding/Onboarding.tsx';
import { NewRecoveryKeyScreen } from '../features/recovery-key/NewRecoveryKeyScreen.tsx';
import { FailedScreen } from '../features/startup/FailedScreen.tsx';
import { StartingScreen } from '../features/startup/StartingScreen.tsx';
import { UnlockScreen } from '../features/startup/UnlockScreen.tsx';
import { Region } from '../ui/Region.tsx';
import { ToastRegion } from '../ui/ToastRegion.tsx';

export function App({ services }: { readonly services: Services }) {
  return (
    <ServicesContext value={services}>
      <Region>
        <Phase />
      </Region>
      <ToastRegion />
    </ServicesContext>
  );
}

function Phase() {
  const state = useViews((views) => views.appState);
  const isOnboardingAtIt = useStore(
    useServices().onboarding,
    ({ creatingWith, recoveryKey }) => creatingWith !== null || recoveryKey !== null,
  );
  switch (state.phase) {
    case 'starting':
      return <StartingScreen />;
    case 'locked':
      return <UnlockScreen locked={state} />;
    case 'failed':
      return <FailedScreen error={state.error} />;
    // Both show the same onboarding, so that making the store in its midst does not begin it anew.
    case 'new':
      return <Onboarding protection={state.protection} />;
    case 'open':
      if (state.recoveryKey === 'to-write-down' && !isOnboardingAtIt) return <NewRecoveryKeyScreen />;
      return state.account === null ? (
        <Onboarding protection={null} />
      ) : (
        <MainWindow account={state.account} />
      );
  }
}

import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Protection } from '../../../src-shared/contract/views.ts';
import { useNavigation, useServices } from '../../app/context.ts';
import { NameStep } from './NameStep.tsx';
import { confirmAndRegister, register } from './onboarding-actions.ts';
import { stepsFor, type Step } from './onboarding-rules.ts';
import { ProtectStep } from './ProtectStep.tsx';
import { RecoveryKeyStep } from './RecoveryKeyStep.tsx';
import { RelayStep } from './RelayStep.tsx';

export interface StepProps {
  readonly number: number;
  readonly count: number;
  readonly onNext: () => void;
  readonly onBack: () => void;
  readonly isLast: boolean;
}

/** Three steps to an account; two where the store is already there. */
export function Onboarding({ protection: given }: { readonly protection: Protection | null }) {
  const services = useServices();
  const { onboarding } = services;
  const step = useStore(onboarding, (state) => state.step);
  const recoveryKey = useStore(onboarding, (state) => state.recoveryKey);
  const creatingWith = useStore(onboarding, (state) => state.creatingWith);
  const protection = given ?? creatingWith;
  useOfferedJoinLink();

  const steps = stepsFor(protection);
  if (recoveryKey !== null) {
    return (
      <RecoveryKeyStep
        recoveryKey={recoveryKey}
        onConfirmed={() => {
          void confirmAndRegister(services);
        }}
      />
    );
  }

  const index = Math.max(0, steps.indexOf(step));
  const goTo = (next: Step | undefined): void => {
    if (next === undefined) void register(services);
    else onboarding.setState({ step: next });
  };
  const props: StepProps = {
    number: index + 1,
    count: steps.length,
    isLast: index === steps.length - 1 && protection === null,
    onNext: () => {
      goTo(steps[index + 1]);
    },
    onBack: () => {
      goTo(steps[Math.max(0, index - 1)]);
    },
  };
  switch (steps[index]) {
    case 'relay':
      return <RelayStep {...props} />;
    case 'protect':
      return protection === null ? null : <ProtectStep {...props} protection={protection} />;
    default:
      return <NameStep {...props} />;
  }
}

/** A join link that was opened outside fills the relay field. */
function useOfferedJoinLink(): void {
  const { onboarding, navigator } = useServices();
  const offered = useNavigation((navigation) => navigation.offeredJoinLink);
  useEffect(() => {
    if (offered === null) return;
    onboarding.setState({ relay: offered, isHosting: false, refusal: null });
    navigator.offerJoinLink(null);
  }, [offered, onboarding, navigator]);
}

/** The ways into the store: its recovery key and, where there is one, its passphrase. */
import { useViews } from '../../app/context.ts';
import { PassphraseForm } from './PassphraseForm.tsx';
import { RenewRecoveryKey } from './RenewRecoveryKey.tsx';

export function SecuritySection() {
  const protection = useViews(({ appState }) => (appState.phase === 'open' ? appState.protection : null));
  if (protection === null) return null;
  return (
    <>
      <RenewRecoveryKey protection={protection} />
      <PassphraseForm protection={protection} />
    </>
  );
}

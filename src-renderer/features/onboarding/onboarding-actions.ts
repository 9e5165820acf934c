/** The requests of onboarding, in their order: store.create, recovery key shown, account.register. */
import { toKithError } from '../../app/error-text.ts';
import type { Services } from '../../app/services.ts';
import { withAccount } from '../../app/state/views.ts';
import { stepOfError } from './onboarding-rules.ts';
import { deriveUsername } from './username.ts';

type Parts = Pick<Services, 'client' | 'onboarding' | 'views' | 'perform'>;

/** The username as it stands: typed, or derived from the name. */
export function chosenUsername(state: { typedUsername: string | null; displayName: string }): string {
  return state.typedUsername ?? deriveUsername(state.displayName);
}

export async function createEncryptedStore(
  { onboarding, perform }: Parts,
  passphrase: string | null,
): Promise<void> {
  onboarding.setState({ isBusy: true, creatingWith: passphrase === null ? 'keychain' : 'passphrase' });
  const answer = await perform('store.create', passphrase === null ? {} : { passphrase });
  onboarding.setState({ isBusy: false, creatingWith: null, recoveryKey: answer?.recoveryKey ?? null });
}

/** The person has the recovery key; only then the account is made, which the store would be missed with. */
export async function confirmAndRegister(parts: Parts): Promise<void> {
  const { onboarding, perform } = parts;
  onboarding.setState({ isBusy: true });
  const confirmed = await perform('store.confirmRecoveryKey', {});
  if (confirmed === undefined) onboarding.setState({ isBusy: false });
  else await register(parts);
}

/** Registers with what was typed; a refusal leads back to the step that can put it right. */
export async function register({ client, onboarding, views }: Parts): Promise<void> {
  const state = onboarding.getState();
  onboarding.setState({ isBusy: true, refusal: null });
  try {
    const account = await client.request('account.register', {
      relay: state.relay.trim(),
      username: chosenUsername(state),
      displayName: state.displayName.trim(),
    });
    onboarding.setState({ isBusy: false, recoveryKey: null });
    views.setState(({ appState }) => ({ appState: withAccount(appState, account) }));
  } catch (error) {
    const { code } = toKithError(error);
    onboarding.setState({ isBusy: false, recoveryKey: null, refusal: code, step: stepOfError(code) });
  }
}

export async function hostRelay({ onboarding, views, perform }: Parts): Promise<void> {
  onboarding.setState({ isHosting: true, refusal: null });
  views.setState({ hostedRelay: { state: 'starting' } });
  const hostedRelay = await perform('hostedRelay.start', {});
  if (hostedRelay === undefined) {
    onboarding.setState({ isHosting: false });
    views.setState({ hostedRelay: { state: 'stopped' } });
  } else {
    views.setState({ hostedRelay });
  }
}

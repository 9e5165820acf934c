/** Who may register what. Pure: a driver calls it inside its transaction. */
import type { AccountRecord, Registration } from './storage.ts';

/** Whether the relay takes in accounts it does not know. Devices of known accounts may always join. */
export type NewAccounts = 'open' | 'closed';

export type RegistrationRefusal =
  /** The account exists with another identity key: the signer is somebody else. */
  | 'other-identity'
  /** Another account has the name. */
  | 'username-taken'
  /** The account exists under another name. */
  | 'other-username'
  /** A new account must have a name. */
  | 'username-missing'
  /** The device id belongs to another installation, and the registration does not mean to replace it. */
  | 'device-conflict'
  | 'closed';

export type RegistrationEffect = 'create-account' | 'add-device' | 'reinstall' | 'repeat';
export type RegistrationDecision = RegistrationEffect | RegistrationRefusal;

export interface RegistrationFacts {
  /** The account with the registration's id. */
  readonly account: AccountRecord | undefined;
  /** The account that has the registration's username. */
  readonly usernameOwner: AccountRecord | undefined;
  readonly newAccounts: NewAccounts;
}

export function decideRegistration(
  registration: Registration,
  facts: RegistrationFacts,
): RegistrationDecision {
  const { account } = facts;
  if (account === undefined) {
    if (facts.newAccounts === 'closed') return 'closed';
    if (registration.username === '') return 'username-missing';
    return facts.usernameOwner === undefined ? 'create-account' : 'username-taken';
  }
  if (Buffer.compare(account.identityKey, registration.identityKey) !== 0) return 'other-identity';
  if (registration.username !== '' && registration.username !== account.username) return 'other-username';
  const registrationId = account.devices.get(registration.deviceId);
  if (registrationId === undefined) return 'add-device';
  if (registrationId === registration.registrationId) return 'repeat';
  return registration.installation === 'replacing' ? 'reinstall' : 'device-conflict';
}

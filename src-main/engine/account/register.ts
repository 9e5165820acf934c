/** Making an account: the keys are durable before any relay hears of them. */
import { PrivateKey } from '@signalapp/libsignal-client';
import type { AccountView } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { FIRST_DEVICE } from '../../../src-shared/ids.ts';
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';
import { normalizeUsername } from '../contacts/service.ts';
import type { EngineContext } from '../context.ts';
import type { RelayConnection } from '../sync/connection.ts';
import { MAX_REGISTRATION_ID } from './recover.ts';
import type { Account } from './repository.ts';

export interface RegistrationWish {
  readonly relay: string;
  readonly username: string;
  readonly displayName?: string | undefined;
}

/**
 * Registers at a relay. Whatever is thrown (`username-taken`, `username-invalid`, `relay-unreachable`,
 * `registration-closed`, `already-registered` …), the next try uses the same keys.
 */
export async function registerAccount(
  context: EngineContext,
  connection: RelayConnection,
  application: RegistrationWish,
): Promise<AccountView> {
  const { relayUrl, relayName = null } = parseJoinLink(application.relay);
  const username = normalizeUsername(application.username);
  if (!USERNAME_PATTERN.test(username)) {
    throw new KithError(
      'username-invalid',
      'A username is 3 to 32 letters, digits, dots, hyphens or underscores.',
    );
  }
  const displayName = application.displayName ?? username;
  if (context.account?.state === 'registered') {
    throw new KithError('already-registered', 'There is an account on this device already.');
  }
  context.transact(() => {
    const { account } = context.store;
    if (context.account !== null) {
      account.changeApplication({ username, displayName, relayUrl, relayName });
      return;
    }
    account.insertPending({
      accountId: context.ids.accountId(),
      deviceId: FIRST_DEVICE,
      registrationId: context.ids.random(1, MAX_REGISTRATION_ID),
      privateKey: PrivateKey.generate(),
      username,
      displayName,
      relayUrl,
      relayName,
    });
  });
  context.reloadAccount();
  await connection.register();
  return accountView(context.requireAccount());
}

export function setDisplayName(context: EngineContext, displayName: string): AccountView {
  context.requireAccount();
  context.transact(() => {
    context.store.account.setDisplayName(displayName);
  });
  context.reloadAccount();
  return accountView(context.requireAccount());
}

export function accountView(account: Account): AccountView {
  const { accountId, deviceId, username, displayName, relayUrl, relayName } = account;
  return { accountId, deviceId, username, displayName, relayUrl, relayName };
}

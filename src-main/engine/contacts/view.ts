import type { ContactView } from '../../../src-shared/contract/views.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { Repositories } from '../repositories.ts';

/** Works for accounts nothing is known of yet: the view then has no name. */
export function contactView(
  store: Pick<Repositories, 'contacts' | 'keys'>,
  accountId: AccountId,
): ContactView {
  const contact = store.contacts.get(accountId);
  const username = contact?.username ?? '';
  return {
    accountId,
    username,
    displayName:
      contact?.displayName === undefined || contact.displayName === '' ? username : contact.displayName,
    identity: store.keys.identity(accountId)?.state ?? 'unverified',
  };
}

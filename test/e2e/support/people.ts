/** People with accounts at a real relay, made quickly through the bridge where onboarding is not what is tested. */
import type { RoomId } from '../../../src-shared/ids.ts';
import { launchKith, newProfile, type KithApp, type LaunchOptions } from './kith-app.ts';
import { PASSPHRASE, screens } from './screens.ts';

/** Opens the app, or opens it again, on a profile that has an account afterwards. */
export async function openAs(name: string, joinLink: string): Promise<KithApp> {
  const kith = await launchKith({ userData: await newProfile() });
  await screens.nameStep(kith.page).waitFor();
  await kith.request('store.create', { passphrase: PASSPHRASE });
  await kith.request('store.confirmRecoveryKey', {});
  await kith.request('account.register', {
    relay: joinLink,
    username: name.toLowerCase(),
    displayName: name,
  });
  await screens.main(kith.page).waitFor();
  return kith;
}

export async function reopen(userData: string, options: Partial<LaunchOptions> = {}): Promise<KithApp> {
  const kith = await launchKith({ userData, ...options });
  await screens.unlock(kith.page).or(screens.main(kith.page)).waitFor();
  // A store that was made without a passphrase is opened by the system's keychain.
  if ((await kith.request('app.state', {})).phase === 'locked') {
    await kith.request('store.unlock', { by: 'passphrase', passphrase: PASSPHRASE });
  }
  await screens.main(kith.page).waitFor();
  return kith;
}

/** A conversation that both have accepted; it is open in neither window. */
export async function befriend(a: KithApp, b: KithApp): Promise<RoomId> {
  const [from, to] = await Promise.all([a.request('account.get', {}), b.request('account.get', {})]);
  if (from === null || to === null) throw new Error('both need an account');
  const { roomId } = await a.request('conversations.start', { username: to.username });
  await a.request('messages.send', { roomId, text: 'hello' });
  await screens.row(b.page, from.displayName).waitFor();
  const [request] = await b.request('conversations.list', {});
  if (request === undefined) throw new Error('the conversation did not arrive');
  await b.request('conversations.accept', { roomId: request.roomId });
  return roomId;
}

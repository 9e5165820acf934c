/** The way of two people from their first start to a conversation, through the real interface. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeApp } from './support/host.ts';
import { launchKith, newProfile, quitAll, type KithApp } from './support/kith-app.ts';
import { RelayForTests } from './support/relay.ts';
import { lookAt } from './support/looks.ts';
import { onboard, screens, send, startConversation, waitForDelivery } from './support/screens.ts';

describeApp('two people meet', () => {
  const relay = new RelayForTests();
  let ada: KithApp;
  let ben: KithApp;

  beforeAll(async () => {
    await relay.start();
    ada = await launchKith({ userData: await newProfile() });
    // Ben followed a link, so that the relay is filled in.
    ben = await launchKith({ userData: await newProfile(), args: [relay.joinLink] });
  });
  afterAll(async () => {
    await quitAll([ada, ben]);
    await relay.end();
  });

  test('onboarding: name, relay, passphrase, recovery key', async () => {
    const key = await onboard(ada.page, {
      name: 'Ada',
      joinLink: relay.joinLink,
      onScreen: async (name) => {
        expect(await lookAt(ada.app, ada.page, name), name).toEqual([]);
      },
    });
    expect(key).toMatch(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
    await screens.connected(ada.page).waitFor();
    expect(await lookAt(ada.app, ada.page, 'nobody-here-yet')).toEqual([]);
  });

  test('onboarding with the join link that Kith was opened with', async () => {
    await onboard(ben.page, { name: 'Ben' });
    await screens.connected(ben.page).waitFor();
  });

  test('a first message is a request that can be accepted', async () => {
    await startConversation(ada.page, 'ben');
    await send(ada.page, 'Hello Ben, shall we walk on Sunday?');
    await waitForDelivery(ada.page, 'shall we walk', 'Sent');
    await screens.row(ben.page, 'Ada').click();
    await screens.message(ben.page, 'shall we walk').waitFor();
    expect(await lookAt(ben.app, ben.page, 'message-request')).toEqual([]);
    await screens.accept(ben.page).click();
    await screens.composer(ben.page).waitFor();
  });

  test('receipts come back: delivered while nobody looks, read once it is in front', async () => {
    await waitForDelivery(ada.page, 'shall we walk', 'Read');
    // A page that has just loaded shows no conversation.
    await ada.page.reload();
    await screens.row(ada.page, 'Ben').waitFor();
    await send(ben.page, 'Yes! Nine o’clock at the old mill?');
    await waitForDelivery(ben.page, 'old mill', 'Delivered');
    await screens.row(ada.page, 'Ben').click();
    await screens.message(ada.page, 'old mill').waitFor();
    await waitForDelivery(ben.page, 'old mill', 'Read');
    await send(ada.page, 'See you there https://example.org/mill');
    await screens.message(ben.page, 'See you there').waitFor();
    expect(await lookAt(ada.app, ada.page, 'conversation')).toEqual([]);
  });

  test('details, with the safety number that both see', async () => {
    const numbers: (string | null)[] = [];
    for (const [kith, screen] of [
      [ada, 'details'],
      [ben, null],
    ] as const) {
      await kith.page.getByRole('button', { name: 'Details', exact: true }).click();
      await kith.page.getByRole('heading', { name: 'Safety number' }).waitFor();
      await screens.safetyNumber(kith.page).waitFor();
      numbers.push(await screens.safetyNumber(kith.page).textContent());
      if (screen !== null) expect(await lookAt(kith.app, kith.page, screen)).toEqual([]);
    }
    expect(numbers[0]).toBe(numbers[1]);
  });

  test('settings', async () => {
    await ada.page.getByRole('button', { name: 'Settings', exact: true }).click();
    await screens.dialog(ada.page, 'Settings').waitFor();
    expect(await lookAt(ada.app, ada.page, 'settings')).toEqual([]);
    await ada.page.keyboard.press('Escape');
    await screens.dialog(ada.page, 'Settings').waitFor({ state: 'hidden' });
  });

  test('nobody complained', () => {
    expect([...ada.complaints, ...ben.complaints]).toEqual([]);
  });
});

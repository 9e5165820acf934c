/** The ways into the messages: recovery key, passphrase, and a start that fails. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeApp } from './support/host.ts';
import { launchKith, newProfile, quitAll, type KithApp } from './support/kith-app.ts';
import { lookAt } from './support/looks.ts';
import { RelayForTests } from './support/relay.ts';
import { confirmRecoveryKey, PASSPHRASE, screens, unlock } from './support/screens.ts';

const NEXT_PASSPHRASE = 'seven tall birches';

describeApp('the ways into the messages', () => {
  const relay = new RelayForTests();
  let ada: KithApp;
  let recoveryKey: string;

  beforeAll(async () => {
    await relay.start();
    ada = await launchKith({ userData: await newProfile() });
  });
  afterAll(async () => {
    await quitAll([ada]);
    await relay.end();
  });

  async function again(): Promise<void> {
    await ada.quit();
    ada = await launchKith({ userData: ada.userData });
  }

  test('a recovery key that was not confirmed is replaced at the next start, before anything else', async () => {
    const made = await ada.request('store.create', { passphrase: PASSPHRASE });
    await ada.request('account.register', { relay: relay.joinLink, username: 'ada', displayName: 'Ada' });
    // Killed with the key on the screen.
    await ada.kill();
    ada = await launchKith({ userData: ada.userData });
    await unlock(ada.page, PASSPHRASE);
    await screens.recoveryStep(ada.page).waitFor();
    expect(await lookAt(ada.app, ada.page, 'recovery-key-again')).toEqual([]);
    // A page that is loaded anew shows the same one.
    const shown = await screens.recoveryKey(ada.page).textContent();
    await ada.page.reload();
    recoveryKey = await confirmRecoveryKey(ada.page, 'Continue');
    expect(recoveryKey).toBe(shown);
    expect(recoveryKey).not.toBe(made.recoveryKey);
    await screens.main(ada.page).waitFor();

    await again();
    await unlock(ada.page, PASSPHRASE);
    await screens.main(ada.page).waitFor();
  });

  test('another recovery key is made in the settings, and the one before opens nothing afterwards', async () => {
    const before = recoveryKey;
    await screens.openSettings(ada.page, 'Security');
    expect(await lookAt(ada.app, ada.page, 'settings-security')).toEqual([]);
    await ada.page.getByRole('button', { name: 'Make a new recovery key' }).click();
    await ada.page.getByRole('textbox', { name: 'Your passphrase' }).fill(PASSPHRASE);
    await ada.page.keyboard.press('Enter');
    await screens.recoveryKey(ada.page).waitFor();
    expect(await lookAt(ada.app, ada.page, 'settings-recovery-key')).toEqual([]);
    recoveryKey = await confirmRecoveryKey(ada.page, 'Use this one from now on');
    await ada.page.getByText('The new recovery key counts from now on').first().waitFor();

    await again();
    const way = { by: 'recovery-key', newPassphrase: PASSPHRASE } as const;
    expect(await ada.rawRequest('store.unlock', { ...way, recoveryKey: before })).toMatchObject({
      ok: false,
      error: { code: 'wrong-passphrase' },
    });
    await ada.request('store.unlock', { ...way, recoveryKey });
    await screens.main(ada.page).waitFor();
  });

  test('the passphrase is changed in the settings', async () => {
    await screens.openSettings(ada.page, 'Security');
    await ada.page.getByRole('button', { name: 'Change passphrase' }).click();
    await ada.page.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await ada.page.getByRole('textbox', { name: 'New passphrase' }).fill(NEXT_PASSPHRASE);
    await ada.page.getByRole('textbox', { name: 'Repeat the passphrase' }).fill(NEXT_PASSPHRASE);
    expect(await lookAt(ada.app, ada.page, 'settings-passphrase')).toEqual([]);
    await ada.page.keyboard.press('Enter');
    await ada.page.getByText('Passphrase changed').first().waitFor();

    await again();
    await unlock(ada.page, PASSPHRASE);
    await screens.problem(ada.page).waitFor();
    await unlock(ada.page, NEXT_PASSPHRASE);
    await screens.main(ada.page).waitFor();
  });

  test('a start that failed says why, shows the folder, and is tried again in place', async () => {
    const keyFile = join(ada.userData, 'profile', 'keys.json');
    await ada.quit();
    await copyFile(keyFile, `${keyFile}.backup`);
    await writeFile(keyFile, '{"version":1');
    ada = await launchKith({ userData: ada.userData });
    await screens.failed(ada.page).waitFor();
    await ada.page.getByText('(keys.json) is damaged').waitFor();
    expect(await lookAt(ada.app, ada.page, 'failed')).toEqual([]);

    const opened = ada.app.evaluate(
      ({ shell }) =>
        new Promise<string>((resolve) => {
          shell.openPath = (path) => {
            resolve(path);
            return Promise.resolve('');
          };
        }),
    );
    await ada.page.getByRole('button', { name: 'Show the folder' }).click();
    expect(await opened).toBe(join(ada.userData, 'profile'));

    const tryAgain = ada.page.getByRole('button', { name: 'Try again' });
    await tryAgain.click();
    await screens.failed(ada.page).waitFor();
    await copyFile(`${keyFile}.backup`, keyFile);
    await tryAgain.click();
    await unlock(ada.page, NEXT_PASSPHRASE);
    await screens.main(ada.page).waitFor();
  });
});

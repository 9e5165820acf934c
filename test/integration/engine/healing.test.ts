/** Broken ciphertext, lost relays, changed keys: what heals by itself, and what waits for a person. */
import { cpSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accountRepository } from '../../../src-main/engine/account/repository.ts';
import { idToBytes, parseDeviceId, type AccountId } from '../../../src-shared/ids.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { corruptMail, tamper } from '../../support/relay/tamper.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

type Relay = Awaited<ReturnType<Cleanup['relay']>>;

/** Does something to the relay's data while it is down. */
async function whileDown(relay: Relay, people: readonly Person[], change: () => void): Promise<Relay> {
  await relay.close();
  change();
  const { dataDirectory } = relay;
  const back = await cleanup.relay({ dataDirectory, port: Number(new URL(relay.url).port) });
  for (const person of people) {
    await person.engine.request('connection.retry', {});
    await person.online();
  }
  return back;
}

describe('ciphertext that cannot be read', () => {
  it('is put aside, asked for again, and comes in its place; the queue goes on', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.close();
    const broken = await ada.send('ben', 'damaged on the way');
    await ada.event('accepted', (event) => event.messageId === broken);
    await whileDown(relay, [ada], () => {
      corruptMail(relay.dataDirectory);
    });
    await ada.send('ben', 'and one behind it');
    ben.open();
    // The one behind it is not held up, and a quiet line stands where the other belongs.
    await ben.received('and one behind it');
    const notice = ben.events.find(
      (event) =>
        event.type === 'messages' && event.upserted.some((message) => message.body.type === 'notice'),
    );
    expect(notice?.type === 'messages' && notice.upserted.map((message) => message.body)).toContainEqual({
      type: 'notice',
      notice: { type: 'unreadable', outcome: 'waiting' },
    });
    await ben.received('damaged on the way');
    await ada.receipt(broken, 'delivered');
    expect(await ben.texts('ada')).toEqual(['hello', 'damaged on the way', 'and one behind it']);
    expect((await ben.messages('ada')).every((message) => message.body.type === 'text')).toBe(true);
    expect((await ben.engine.request('diagnostics.get', {})).parked).toEqual({
      waiting: 0,
      recovered: 1,
      'given-up': 0,
    });
  });

  it('heals when one side lost its session', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.close();
    ben.open();
    await ben.online();
    await ben.close();
    // As after restoring an old backup: the ratchet is gone.
    ben.open();
    ben.database.write.exec('DELETE FROM sessions');
    await ben.reopen();
    await ada.send('ben', 'can you read this?');
    await ben.received('can you read this?');
    await ben.send('ada', 'I can');
    await ada.received('I can');
  });
});

describe('a relay that knows another installation of a device', () => {
  it('is told of the one that connects; what was on its way in the former sessions is still read', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ada.close();
    const before = await ben.send('ada', 'from the installation that goes');
    await ben.event('accepted', (event) => event.messageId === before);
    // As a store that was put back, or one that a relay from an older copy does not know yet.
    ben.database.write.exec('UPDATE account SET registration_id = registration_id + 1');
    await ben.reopen();
    ada.open();
    await ada.online();
    // Ada writes first, and so learns of the new installation, maybe before she has read the old mail.
    await ada.send('ben', 'who is there?');
    await ben.received('who is there?');
    await ada.received('from the installation that goes');
    await ben.send('ada', 'still me');
    await ada.received('still me');
    expect((await ada.engine.request('diagnostics.get', {})).parked).toEqual({
      waiting: 0,
      recovered: 0,
      'given-up': 0,
    });
    expect((await ada.conversation('ben')).peer.identity).toBe('unverified');
  });
});

describe('a relay that was restored from an older copy', () => {
  it('gets again what it forgot: nothing is lost, nothing doubled, order kept', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const backup = cleanup.folder();
    const running = await whileDown(relay, [ada, ben], () => {
      cpSync(relay.dataDirectory, backup, { recursive: true });
    });
    await ada.send('ben', 'read before the accident');
    await ben.received('read before the accident');
    await ben.close();
    const forgotten = await ada.send('ben', 'only the relay had it');
    await ada.event('accepted', (event) => event.messageId === forgotten);
    await whileDown(running, [ada], () => {
      rmSync(relay.dataDirectory, { recursive: true });
      cpSync(backup, relay.dataDirectory, { recursive: true });
    });
    ben.open();
    await ben.received('only the relay had it');
    await ada.send('ben', 'and on we go');
    await ben.received('and on we go');
    expect(await ben.texts('ada')).toEqual([
      'hello',
      'read before the accident',
      'only the relay had it',
      'and on we go',
    ]);
  });

  it('that knows nobody any more registers its people again', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await whileDown(relay, [ada, ben], () => {
      forgetEverybody(relay.dataDirectory);
    });
    const messageId = await ada.send('ben', 'still us');
    await ben.received('still us');
    await ada.receipt(messageId, 'delivered');
  });

  it('gets again what it forgot, also when the sender is back before the receiver', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    await ben.close();
    const forgotten = await ada.send('ben', 'nobody is there yet');
    await ada.event('accepted', (event) => event.messageId === forgotten);
    await whileDown(relay, [ada], () => {
      forgetEverybody(relay.dataDirectory);
    });
    ben.open();
    await ben.received('nobody is there yet');
    await ada.receipt(forgotten, 'delivered');
  });
});

/** The relay keeps its name and forgets everything else. */
function forgetEverybody(dataDirectory: string): void {
  tamper(dataDirectory, (db) => {
    const tables = db
      .prepare<[], { name: string }>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'relay_state'`,
      )
      .all();
    for (const { name } of tables) db.exec(`DELETE FROM ${name}`);
  });
}

describe('an identity key that changed', () => {
  it('stops what goes out until a person has looked at it, and shows', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const benId = (await ada.conversation('ben')).peer.accountId;
    await ben.close();
    // The relay claims another key for ben, and has prekeys that fit it: a classic man in the middle.
    const mallory = await Person.join(cleanup, relay.url, 'mallory');
    await mallory.close();
    await whileDown(relay, [ada], () => {
      tamper(relay.dataDirectory, (db) => {
        swapIdentity(db, benId);
      });
    });
    ada.database.write.exec('DELETE FROM sessions');
    await ada.reopen();
    const changed = ada.nextEvent('conversation', (event) => event.conversation.peer.identity === 'changed');
    await ada.send('ben', 'for your eyes only');
    await changed;
    const last = (await ada.messages('ben')).map((message) => message.body);
    expect(last).toContainEqual({ type: 'notice', notice: { type: 'identity-changed' } });
    await expect(ada.send('ben', 'and this?')).rejects.toMatchObject({ code: 'identity-changed' });
    expect(
      (await ada.messages('ben')).find(
        (message) => message.body.type === 'text' && message.body.text === 'for your eyes only',
      )?.delivery,
    ).toEqual({ state: 'queued' });
    const accepted = ada.nextEvent('accepted');
    const contact = await ada.engine.request('contacts.acknowledgeIdentity', { accountId: benId });
    expect(contact.identity).toBe('unverified');
    await accepted;
  });

  it('safety numbers are equal on both sides and change with the key', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const ofBen = await ada.engine.request('contacts.safetyNumber', {
      accountId: (await ada.conversation('ben')).peer.accountId,
    });
    const ofAda = await ben.engine.request('contacts.safetyNumber', {
      accountId: (await ben.conversation('ada')).peer.accountId,
    });
    expect(ofBen.digits).toMatch(/^\d{60}$/);
    expect(ofBen.digits).toBe(ofAda.digits);
  });
});

/** Gives one account the identity and the prekeys of another, as a relay could. */
function swapIdentity(db: Parameters<Parameters<typeof tamper>[1]>[0], victim: AccountId): void {
  const victimNo = db
    .prepare<[Uint8Array], { no: number }>('SELECT account_no AS no FROM accounts WHERE account_id = ?')
    .get(idToBytes(victim))?.no;
  const mallory = db
    .prepare<[], { no: number; key: Buffer }>(
      `SELECT account_no AS no, identity_key AS key FROM accounts WHERE username = 'mallory'`,
    )
    .get();
  if (victimNo === undefined || mallory === undefined) throw new Error('accounts are missing');
  db.prepare('UPDATE accounts SET identity_key = ? WHERE account_no = ?').run(mallory.key, victimNo);
  const boxes = db
    .prepare<[], { box: number; account: number }>(
      'SELECT mailbox_no AS box, mailbox_no >> 7 AS account FROM devices',
    )
    .all();
  const from = boxes.find((row) => row.account === mallory.no)?.box;
  const to = boxes.find((row) => row.account === victimNo)?.box;
  if (from === undefined || to === undefined) throw new Error('devices are missing');
  db.prepare('DELETE FROM one_time_pre_keys WHERE mailbox_no = ?').run(to);
  db.prepare('DELETE FROM devices WHERE mailbox_no = ?').run(to);
  db.prepare('UPDATE one_time_pre_keys SET mailbox_no = ? WHERE mailbox_no = ?').run(to, from);
  db.prepare('UPDATE devices SET mailbox_no = ? WHERE mailbox_no = ?').run(to, from);
}

describe('an account with two devices', () => {
  it('both get what is written to it, and see what the other one writes and reads', async () => {
    const relay = await cleanup.relay();
    const [ada, ben] = await acquaintances(cleanup, relay.url);
    const desk = await secondDevice(ada);
    await desk.engine.request('account.register', { relay: relay.url, username: 'ada' });
    // Ben learns of the new device from the relay's answer, and mends by himself.
    await ben.send('ada', 'to both of you');
    await ada.received('to both of you');
    await desk.received('to both of you');
    const fromDesk = await desk.send('ben', 'from the desk');
    await ben.received('from the desk');
    await vi.waitFor(async () => {
      expect(await ada.texts('ben')).toEqual(['hello', 'to both of you', 'from the desk']);
    });
    const own = (await ada.messages('ben')).find((message) => message.messageId === fromDesk);
    expect(own?.isOwn).toBe(true);
    await ada.send('ben', 'from the pocket');
    await vi.waitFor(async () => {
      expect(await desk.texts('ben')).toEqual(['to both of you', 'from the desk', 'from the pocket']);
    });
    expect((await desk.conversation('ben')).unreadCount).toBe(1);
    await ada.read('ben');
    await desk.event(
      'conversation',
      (event) => event.conversation.unreadCount === 0 && event.conversation.lastMessage !== null,
    );
  });
});

/** Another device of the same account, as linking will make it: the same identity key, its own store. */
async function secondDevice(first: Person): Promise<Person> {
  const account = accountRepository(first.database.read).get();
  if (account === null) throw new Error('no account');
  const second = new Person({ username: first.username, folder: cleanup.folder() });
  cleanup.add(() => second.close());
  second.open();
  accountRepository(second.database.write).insertPending({
    accountId: account.accountId,
    deviceId: parseDeviceId(2),
    registrationId: 4711,
    privateKey: account.privateKey,
    username: account.username,
    displayName: account.displayName,
    relayUrl: account.relayUrl,
    relayName: account.relayName,
  });
  await second.close();
  second.open();
  return second;
}

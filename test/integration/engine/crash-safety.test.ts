/** Commits that fail and connections that break at the worst moment: all or nothing, and nothing twice. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accountRepository } from '../../../src-main/engine/account/repository.ts';
import { betrayal, insist } from '../../support/engine/betrayal.ts';
import { FailingStore } from '../../support/engine/failing-store.ts';
import { acquaintances, Person } from '../../support/engine/person.ts';
import { asText, sentEnvelopes } from '../../support/engine/sent-frames.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** Everything in a store that receiving may change. */
function contentsOf(person: Person): unknown {
  return [
    'messages',
    'sessions',
    'pre_keys',
    'kyber_pre_keys',
    'chains',
    'receipts_due',
    'parked',
    'contacts',
  ]
    .map((table) => person.database.write.prepare(`SELECT * FROM ${table}`).all())
    .concat([[accountRepository(person.database.write).mailboxSeq()]]);
}

/** Two who know each other; the store of one of them can be made to fail. */
async function withFailingStore() {
  const relay = await cleanup.relay();
  const stores: FailingStore[] = [];
  const [ada, ben] = await acquaintances(cleanup, relay.url, {
    ben: {
      intercept: (database) => {
        const store = new FailingStore(database);
        stores.push(store);
        return store;
      },
    },
  });
  const [store] = stores;
  if (store === undefined) throw new Error('ben has no store');
  return { ada, ben, store };
}

async function failed(store: FailingStore, times = 1): Promise<void> {
  await vi.waitFor(
    () => {
      expect(store.failures).toBeGreaterThanOrEqual(times);
    },
    { timeout: 10_000, interval: 10 },
  );
}

describe('receiving', () => {
  it('that cannot be stored changes nothing and acknowledges nothing; the same mail is read later', async () => {
    const { ada, ben, store } = await withFailingStore();
    const before = contentsOf(ben);
    store.fail();
    const messageId = await ada.send('ben', 'for a full disk');
    await ada.send('ben', 'and another');
    await failed(store, 2);
    expect(contentsOf(ben)).toEqual(before);
    expect(
      ben.events.some((event) => event.type === 'received' && event.message.messageId === messageId),
    ).toBe(false);
    store.heal();
    await ben.received('for a full disk');
    await ben.received('and another');
    await ada.receipt(messageId, 'delivered');
    expect(await ben.texts('ada')).toEqual(['hello', 'for a full disk', 'and another']);
    expect((await ben.messages('ada')).map((message) => message.isSuspicious)).toEqual([false, false, false]);
    expect((await ben.engine.request('diagnostics.get', {})).parked).toEqual({
      waiting: 0,
      recovered: 0,
      'given-up': 0,
    });
  });

  it('that failed is not forgotten by a restart in between', async () => {
    const { ada, ben, store } = await withFailingStore();
    store.fail();
    await ada.send('ben', 'before the crash');
    await failed(store);
    await ben.close();
    ben.open();
    await ben.received('before the crash');
    expect(await ben.texts('ada')).toEqual(['hello', 'before the crash']);
  });

  it('of a first message, with all its new keys, is as safe', async () => {
    const { ada, ben, store } = await withFailingStore();
    ada.database.write.exec('DELETE FROM sessions');
    await ada.reopen();
    const before = contentsOf(ben);
    store.fail();
    await ada.send('ben', 'a new session');
    await failed(store);
    expect(contentsOf(ben)).toEqual(before);
    store.heal();
    await ben.received('a new session');
    expect((await ben.engine.request('diagnostics.get', {})).parked.recovered).toBe(0);
  });
});

describe('sending', () => {
  it('that cannot be stored is refused with a reason, and leaves nothing behind', async () => {
    const { ben, store } = await withFailingStore();
    store.fail();
    const roomId = await ben.room('ada');
    await expect(ben.engine.request('messages.send', { roomId, text: 'no room' })).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(await ben.texts('ada')).toEqual(['hello']);
    expect((await ben.engine.request('diagnostics.get', {})).unsentContents).toBe(0);
  });

  it('waits while what was encrypted cannot be stored, and goes on by itself', async () => {
    const { ada, ben, store } = await withFailingStore();
    const roomId = await ben.room('ada');
    // The message itself is stored; from then on nothing is.
    await ben.engine.request('messages.send', { roomId, text: 'in the queue' });
    store.fail();
    await failed(store);
    expect((await ben.messages('ada')).at(-1)?.delivery).toEqual({ state: 'queued' });
    store.heal();
    await ada.received('in the queue');
    await vi.waitFor(async () => {
      expect((await ben.messages('ada')).at(-1)?.delivery).toEqual({ state: 'delivered' });
    });
  });

  it('again after a cut and after a restart sends the same bytes, and arrives once', async () => {
    const { ada, ben, hostile, takeOver, giveBack } = await betrayal(cleanup);
    // A relay that takes and never answers.
    hostile.acts = { send: () => undefined };
    takeOver();
    await insist(ada, () => ada.online());
    const messageId = await ada.send('ben', 'the same bytes');
    const sentOver = async (connections: number): Promise<void> => {
      await insist(ada, () => {
        expect(hostile.lines.filter((line) => sentEnvelopes([line]).length > 0)).toHaveLength(connections);
      });
    };
    await sentOver(1);
    expect((await ada.messages('ben')).at(-1)?.delivery).toEqual({ state: 'encrypted' });
    hostile.lines.at(-1)?.cut();
    await sentOver(2);
    await ada.close();
    ada.open();
    await sentOver(3);
    const sent = sentEnvelopes(hostile.lines).map(asText);
    expect(sent).toHaveLength(3);
    expect(new Set(sent).size).toBe(1);
    giveBack();
    await insist(ada, () => ada.online());
    await ben.received('the same bytes');
    await ada.receipt(messageId, 'delivered');
    expect(await ben.texts('ada')).toEqual(['hello', 'the same bytes']);
  });

  it('compresses where that helps, before it hides the length', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    hostile.acts = { send: () => undefined };
    takeOver();
    await insist(ada, () => ada.online());
    await ada.send('ben', 'again and '.repeat(2_000));
    await vi.waitFor(() => {
      expect(sentEnvelopes(hostile.lines)).toHaveLength(1);
    });
    const bytes = sentEnvelopes(hostile.lines)[0]?.destinations[0]?.devices[0]?.ciphertext.length;
    expect(bytes).toBeLessThan(1_000);
  });
});

describe('registering', () => {
  it('again while it is under way takes its place: the first one is told, the second one counts', async () => {
    const { hostile } = await betrayal(cleanup);
    const cleo = new Person({ username: 'cleo', folder: cleanup.folder() });
    cleanup.add(() => cleo.close());
    cleo.open();
    hostile.acts = { register: () => undefined };
    const first = cleo.engine.request('account.register', { relay: hostile.url, username: 'cleo' });
    const outcome = expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => {
      expect(hostile.lines.at(-1)?.frames.map(({ body }) => body.case)).toEqual(['register']);
    });
    hostile.acts = {};
    const account = await cleo.engine.request('account.register', { relay: hostile.url, username: 'cleo' });
    await outcome;
    expect(account.username).toBe('cleo');
  });

  it('ends with the engine that was to do it', async () => {
    const { hostile } = await betrayal(cleanup);
    const cleo = new Person({ username: 'cleo', folder: cleanup.folder() });
    cleo.open();
    hostile.acts = { hello: () => undefined };
    const registration = cleo.engine.request('account.register', { relay: hostile.url, username: 'cleo' });
    const outcome = expect(registration).rejects.toMatchObject({ name: 'KithError' });
    await cleo.close();
    await outcome;
  });
});

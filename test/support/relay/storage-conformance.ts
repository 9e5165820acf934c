/** What every storage driver of the relay has to do. A driver's test calls this with a way to open it. */
import fc from 'fast-check';
import { v4 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import type { Registration } from '../../../src-relay/services/accounts/storage.ts';
import type { PreKeyUpload } from '../../../src-relay/services/pre-keys/storage.ts';
import type { RelayStorage } from '../../../src-relay/storage/storage.ts';
import { parseDeviceId, parseId } from '../../../src-shared/ids.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import {
  accept,
  envelope,
  NOW_MS,
  orders,
  PAGE,
  register,
  registration,
  TERMS,
  texts,
  upload,
} from './storage-fixtures.ts';

export interface StorageDriver {
  /** Opens a new, empty store. */
  open(): Promise<RelayStorage>;
  /** Opens the store that was opened last again, after it was closed. */
  reopen(): Promise<RelayStorage>;
  cleanUp(): Promise<void>;
}

export function describeStorageConformance(name: string, driver: StorageDriver): void {
  describe(`${name} as the relay's storage`, () => {
    afterEach(() => driver.cleanUp());

    it('keeps its name, accounts, mail and order over a restart', async () => {
      const storage = await driver.open();
      const [alice, bob] = [await register(storage), await register(storage, { preKeys: upload([1, 2]) })];
      await accept(storage, [envelope(alice, [bob], 'hello')]);
      const [before, lastOrder] = [await storage.mail.summary(bob), await storage.mail.lastOrder()];
      await storage.close();
      const again = await driver.reopen();
      expect(again.relayName).toBe(storage.relayName);
      expect(await again.accounts.byUsername(bob.username)).toMatchObject({ accountId: bob.accountId });
      expect(await again.preKeys.counts(bob)).toEqual({ oneTimePreKeys: 2, oneTimeKyberPreKeys: 2 });
      expect(await again.mail.summary(bob)).toEqual(before);
      expect(await again.mail.lastOrder()).toBe(lastOrder);
      expect(await texts(again, bob)).toEqual(['hello']);
      await again.check();
    });

    it('finds accounts by id and name, with all their devices', async () => {
      const storage = await driver.open();
      const alice = await register(storage);
      await register(storage, { ...alice, deviceId: parseDeviceId(127), registrationId: 12 });
      const found = await storage.accounts.byId(alice.accountId);
      expect(found).toMatchObject({ username: alice.username });
      expect([...(found?.devices ?? [])]).toEqual([
        [1, 11],
        [127, 12],
      ]);
      expect(Buffer.from(found?.identityKey ?? [])).toEqual(alice.identityKey);
      expect(await storage.accounts.byId(parseId(v4()))).toBeUndefined();
      expect(await storage.accounts.byUsername('nobody')).toBeUndefined();
    });

    it('puts a reinstalled device in its own place: other keys, the same mailbox', async () => {
      const storage = await driver.open();
      const [alice, bob] = [await register(storage), await register(storage, { preKeys: upload([1, 2]) })];
      const tablet = await register(storage, { ...bob, deviceId: parseDeviceId(2), preKeys: upload([5]) });
      const sent = envelope(bob, [alice], 'sent before');
      const [order] = orders(
        await accept(storage, [envelope(alice, [bob, tablet], 'waits'), sent]).then((all) => all.slice(1)),
      );
      const again: Registration = {
        ...bob,
        registrationId: 99,
        preKeys: upload([2, 3], 'new'),
        installation: 'replacing',
      };
      expect(
        await storage.accounts.register({ ...again, installation: 'first' }, 'open', 200, NOW_MS),
      ).toEqual({ kind: 'device-conflict' });
      expect(await storage.accounts.register(again, 'closed', 200, NOW_MS)).toMatchObject({
        kind: 'registered',
        effect: 'reinstall',
        preKeyCounts: { oneTimePreKeys: 2, oneTimeKyberPreKeys: 2 },
      });
      await storage.close();
      const reopened = await driver.reopen();
      expect([...((await reopened.accounts.byUsername(bob.username))?.devices ?? [])]).toEqual([
        [1, 99],
        [2, 11],
      ]);
      expect(await texts(reopened, bob)).toEqual(['waits']);
      expect(await reopened.mail.summary(bob)).toMatchObject({ envelopes: 1, lastAcceptedOrder: order });
      const [bundle] = await reopened.preKeys.take(bob.accountId, [bob.deviceId], NOW_MS);
      expect(bundle?.registrationId).toBe(99);
      const [signed, oneTime] = [bundle?.signedPreKey.publicKey, bundle?.oneTimePreKey?.publicKey];
      expect(Buffer.from(signed ?? []).toString()).toBe('key new 1');
      expect(Buffer.from(oneTime ?? []).toString()).toBe('key new 2');
      expect(await reopened.preKeys.counts(tablet)).toMatchObject({ oneTimePreKeys: 1 });
      const outcomes = await accept(reopened, [
        envelope(alice, [bob, tablet], 'to the old one'),
        envelope(alice, [again, tablet], 'to the new one'),
        // Who repeats what was accepted before it was reinstalled is recognised.
        sent,
      ]);
      expect(outcomes[0]).toMatchObject({ kind: 'mismatched', accounts: [{ stale: [bob.deviceId] }] });
      expect(outcomes.slice(1).map((outcome) => outcome.kind)).toEqual(['accepted', 'repeated']);
      expect(await reopened.accounts.register(again, 'open', 200, NOW_MS)).toMatchObject({
        effect: 'repeat',
      });
    });

    it('gives a name to one of many that claim it at once', async () => {
      const storage = await driver.open();
      const claims = Array.from({ length: 10 }, () => registration({ username: 'contested' }));
      const outcomes = await Promise.all(
        claims.map((claim) => storage.accounts.register(claim, 'open', 200, NOW_MS)),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'registered')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.kind === 'username-taken')).toHaveLength(9);
    });

    it('hands out each one-time key once, the oldest first, and takes none back', async () => {
      const storage = await driver.open();
      const keys = upload([3, 1, 2]);
      const bob = await register(storage, { preKeys: keys });
      const takes = Array.from({ length: 5 }, () =>
        storage.preKeys.take(bob.accountId, [bob.deviceId], NOW_MS),
      );
      const bundles = (await Promise.all(takes)).flat();
      expect(bundles.map((bundle) => bundle.oneTimePreKey?.keyId)).toEqual([1, 2, 3, undefined, undefined]);
      expect(bundles.map((bundle) => Buffer.from(bundle.kyberPreKey.publicKey).toString())).toEqual([
        'key a-kyber 1',
        'key a-kyber 2',
        'key a-kyber 3',
        'key a 2',
        'key a 2',
      ]);
      expect(await storage.preKeys.upload(bob, keys, 200)).toEqual({
        oneTimePreKeys: 0,
        oneTimeKyberPreKeys: 0,
      });
      // The same ids with other keys are other keys.
      expect(await storage.preKeys.upload(bob, upload([1, 2], 'b'), 200)).toMatchObject({
        oneTimePreKeys: 2,
      });
    });

    it('adds, replaces and bounds one-time keys', async () => {
      const storage = await driver.open();
      const bob = await register(storage, { preKeys: upload([1, 2]) });
      expect(await storage.preKeys.upload(bob, upload([2, 3, 4]), 3)).toMatchObject({ oneTimePreKeys: 3 });
      const replacing: PreKeyUpload = { ...upload([9]), oneTimeKeys: 'replace' };
      expect(await storage.preKeys.upload(bob, replacing, 3)).toEqual({
        oneTimePreKeys: 1,
        oneTimeKyberPreKeys: 1,
      });
    });

    it('accepts whole envelopes or nothing of them, and does not let one disturb the others', async () => {
      const storage = await driver.open();
      const [alice, bob, carol] = [await register(storage), await register(storage), await register(storage)];
      const stale = { ...carol, registrationId: 99 };
      const outcomes = await accept(storage, [
        envelope(alice, [bob], 'one'),
        envelope(alice, [bob, stale], 'two'),
        envelope(alice, [bob, carol], 'three'),
      ]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['accepted', 'mismatched', 'accepted']);
      expect(await texts(storage, bob)).toEqual(['one', 'three']);
      expect(await texts(storage, carol)).toEqual(['three']);
      expect(await storage.mail.summary(alice)).toMatchObject({ lastAcceptedOrder: orders(outcomes).at(-1) });
    });

    it('recognises a repeat within a commit, in a later one, and after everything was deleted', async () => {
      const storage = await driver.open();
      const [alice, bob] = [await register(storage), await register(storage)];
      const mail = envelope(alice, [bob], 'once');
      const [first, second] = await accept(storage, [mail, mail]);
      expect([first?.kind, second?.kind]).toEqual(['accepted', 'repeated']);
      const [order = 0] = orders([first ?? { kind: 'mailbox-full' }]);
      const acknowledgements = [{ address: bob, upToSeq: order }];
      expect(await storage.mail.commit({ envelopes: [mail], acknowledgements }, TERMS)).toEqual([
        { kind: 'repeated', order },
      ]);
      expect(await storage.mail.summary(bob)).toMatchObject({ envelopes: 0, bytes: 0, lastSeq: 0 });
      expect(await storage.mail.summary(alice)).toMatchObject({ lastAcceptedOrder: order });
    });

    it('gives positions that only grow, contain the time, and equal those in every mailbox', async () => {
      const storage = await driver.open();
      const [alice, bob, carol] = [await register(storage), await register(storage), await register(storage)];
      const mails = Array.from({ length: 5 }, (_, index) => envelope(alice, [bob, carol], String(index)));
      const given = orders(await accept(storage, mails));
      expect(given[0]).toBe(orderFromMs(NOW_MS));
      const [later = 0] = orders(
        await accept(storage, [envelope(alice, [bob, carol], 'x')], { nowMs: NOW_MS - 5000 }),
      );
      given.push(later);
      expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
      for (const reader of [bob, carol]) {
        expect((await storage.mail.page(reader, 0, PAGE)).map((stored) => stored.seq)).toEqual(given);
      }
    });

    it('bounds a mailbox by number and by bytes', async () => {
      const storage = await driver.open();
      const [alice, bob] = [await register(storage), await register(storage)];
      const three = ['1', '2', '3'].map((text) => envelope(alice, [bob], text));
      const byNumber = await accept(storage, three, { mailboxEnvelopes: 2 });
      expect(byNumber.map((outcome) => outcome.kind)).toEqual(['accepted', 'accepted', 'mailbox-full']);
      const byBytes = await accept(storage, [envelope(alice, [bob], '', 'x'.repeat(99))], {
        mailboxBytes: 100,
      });
      expect(byBytes).toEqual([{ kind: 'mailbox-full' }]);
    });

    it('pages by position, number and bytes, and always gives at least one', async () => {
      const storage = await driver.open();
      const [alice, bob] = [await register(storage), await register(storage)];
      const mails = ['a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50)].map((text) =>
        envelope(alice, [bob], text),
      );
      const given = orders(await accept(storage, mails));
      const seqs = async (afterSeq: number, maxEnvelopes: number, maxBytes: number): Promise<number[]> =>
        (await storage.mail.page(bob, afterSeq, { maxEnvelopes, maxBytes })).map((stored) => stored.seq);
      expect(await seqs(0, 2, 1000)).toEqual(given.slice(0, 2));
      expect(await seqs(given[0] ?? 0, 9, 1000)).toEqual(given.slice(1));
      expect(await seqs(0, 9, 100)).toEqual(given.slice(0, 2));
      expect(await seqs(0, 9, 1)).toEqual(given.slice(0, 1));
    });

    it('removes what is expired, in bounded steps, and nothing else', async () => {
      const storage = await driver.open();
      const [alice, bob, carol] = [
        await register(storage),
        await register(storage),
        await register(storage, { preKeys: upload([1]) }),
      ];
      const old = Array.from({ length: 7 }, (_, index) =>
        envelope(alice, [bob, carol], '', `old ${String(index)}`),
      );
      await accept(storage, old);
      const laterMs = NOW_MS + 1000;
      const recent = envelope(alice, [bob], 'recent');
      await accept(storage, [recent], { nowMs: laterMs });
      await storage.preKeys.take(carol.accountId, [carol.deviceId], NOW_MS);
      const cutoff = orderFromMs(laterMs);
      const terms = {
        mailBeforeOrder: cutoff,
        acceptedBeforeOrder: cutoff,
        takenPreKeysBeforeMs: laterMs,
        maxRows: 3,
      };
      const removed = { mail: 0, accepted: 0, takenPreKeys: 0 };
      for (let progress = 'partial'; progress === 'partial';) {
        const step = await storage.expire(terms);
        for (const kind of ['mail', 'accepted', 'takenPreKeys'] as const) {
          expect(step[kind]).toBeLessThanOrEqual(3);
          removed[kind] += step[kind];
        }
        progress = step.progress;
      }
      expect(removed).toEqual({ mail: 14, accepted: 7, takenPreKeys: 2 });
      expect(await texts(storage, bob)).toEqual(['recent']);
      expect(await storage.mail.summary(bob)).toMatchObject({ envelopes: 1, bytes: 6 });
      expect((await accept(storage, [recent]))[0]?.kind).toBe('repeated');
      expect((await accept(storage, old.slice(0, 1)))[0]?.kind).toBe('accepted');
    });

    it('keeps the observed time, also over a restart', async () => {
      const storage = await driver.open();
      expect(await storage.observedTime()).toBeNull();
      await storage.saveObservedTime({ trustedMs: NOW_MS, claimedMs: NOW_MS + 1, heldMs: 2 });
      const later = { trustedMs: NOW_MS + 5, claimedMs: NOW_MS + 6, heldMs: 7 };
      await storage.saveObservedTime(later);
      await storage.close();
      expect(await (await driver.reopen()).observedTime()).toEqual(later);
    });

    it('agrees with a simple model under any sequence of sends and acknowledgements', async () => {
      const storage = await driver.open();
      const people = [await register(storage), await register(storage), await register(storage)] as const;
      const person = fc.nat({ max: 2 });
      const step = fc.oneof(
        fc.record({
          kind: fc.constant('send' as const),
          from: person,
          to: fc.uniqueArray(person, { minLength: 1 }),
          as: fc.constantFrom('own', 'shared'),
          text: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
        }),
        fc.record({ kind: fc.constant('acknowledge' as const), who: person, count: fc.nat({ max: 5 }) }),
      );
      const model = people.map(() => [] as { readonly seq: number; readonly text: string }[]);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
          for (const steps of commits) {
            const acknowledgements = steps.flatMap((one) => {
              if (one.kind !== 'acknowledge') return [];
              const [mailbox, owner] = [model[one.who], people[one.who]];
              const last = mailbox?.splice(0, one.count).at(-1);
              return owner === undefined || last === undefined ? [] : [{ address: owner, upToSeq: last.seq }];
            });
            const sends = steps.flatMap((one) => {
              const from = one.kind === 'send' ? people[one.from] : undefined;
              if (one.kind !== 'send' || from === undefined) return [];
              const to = one.to.filter((index) => index !== one.from);
              const devices = people.filter((_, index) => to.includes(index));
              const mail = envelope(from, devices, one.text, one.as === 'shared' ? one.text : undefined);
              return devices.length === 0 ? [] : [{ to, text: one.text, mail }];
            });
            const given = orders(
              await storage.mail.commit(
                { envelopes: sends.map((send) => send.mail), acknowledgements },
                TERMS,
              ),
            );
            for (const [index, send] of sends.entries()) {
              for (const reader of send.to) model[reader]?.push({ seq: given[index] ?? -1, text: send.text });
            }
          }
          for (const [index, owner] of people.entries()) {
            const expected = model[index] ?? [];
            expect(await texts(storage, owner)).toEqual(expected.map((stored) => stored.text));
            expect(await storage.mail.summary(owner)).toMatchObject({
              envelopes: expected.length,
              bytes: expected.reduce((sum, stored) => sum + stored.text.length, 0),
              lastSeq: expected.at(-1)?.seq ?? 0,
            });
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

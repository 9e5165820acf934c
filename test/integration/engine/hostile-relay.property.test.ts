/** A relay that lies, babbles or goes mad costs its users the connection, and nothing else. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { accountRepository } from '../../../src-main/engine/account/repository.ts';
import { ERROR_CODES } from '../../../src-shared/errors.ts';
import { betrayal, insist } from '../../support/engine/betrayal.ts';
import { FailingStore } from '../../support/engine/failing-store.ts';
import { hostileAct } from '../../support/engine/hostile-arbitraries.ts';
import { authenticated, type Stage } from '../../support/engine/hostile-relay.ts';
import { newAccountId } from '../../support/engine/stores.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { idToBytes } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const STAGES: readonly Stage[] = ['hello', 'authenticate', 'resume', 'ping'];

describe('a hostile relay', () => {
  it('can do anything at any stage: the state stays typed, nothing is lost, and the honest one is welcome', async () => {
    const { ada, ben, hostile, takeOver, giveBack } = await betrayal(cleanup);
    const before = await ada.texts('ben');
    takeOver();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...STAGES), hostileAct, async (stage, act) => {
        const connections = hostile.lines.length;
        const acted: PromiseWithResolvers<void> = Promise.withResolvers();
        const perform: typeof act.perform = (line, requestId) => {
          act.perform(line, requestId);
          acted.resolve();
        };
        // A device that was told that the relay does not know it, or knows another of it, signs in this way.
        hostile.acts =
          stage === 'authenticate' ? { [stage]: perform, register: perform } : { [stage]: perform };
        for (const line of hostile.lines) line.cut();
        await insist(ada, () => {
          expect(hostile.lines.length).toBeGreaterThan(connections);
        });
        await acted.promise;
        const view = await ada.engine.request('connection.get', {});
        expect(['offline', 'connecting', 'online', 'waiting', 'refused']).toContain(view.state);
        if (view.reason !== null) expect(ERROR_CODES).toContain(view.reason);
        expect(await ada.texts('ben')).toEqual(before);
        expect((await ada.engine.request('account.get', {}))?.username).toBe('ada');
      }),
      { numRuns: 120, endOnFailure: true },
    );
    hostile.acts = {};
    giveBack();
    await insist(ada, async () => {
      await ada.online();
    });
    const after = await ada.send('ben', 'still here');
    await ben.received('still here');
    await ada.receipt(after, 'delivered');
    await ben.send('ada', 'so am I');
    await ada.received('so am I');
    // And the store opens again, whatever was written into it meanwhile.
    await ada.reopen();
    expect(await ada.texts('ben')).toEqual([...before, 'still here', 'so am I']);
  }, 60_000);

  it('that says nothing at all is left after a while', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    hostile.acts = { hello: () => undefined };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      hostile.acts = { hello: () => undefined };
      takeOver();
      await insist(ada, () => {
        expect(hostile.lines.length).toBeGreaterThan(0);
      });
      const left = ada.nextEvent('connection', (event) => event.connection.state === 'waiting');
      await vi.advanceTimersByTimeAsync(60_000);
      await left;
    } finally {
      vi.useRealTimers();
    }
  });

  it('with another name than the pinned one is not signed in to, and told apart', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    hostile.acts = {
      hello: (line) => {
        line.push(hostile.hello({ relayName: 'somebody-else' }));
      },
    };
    takeOver();
    await ada.engine.request('connection.retry', {});
    await ada.event('connection', (event) => event.connection.reason === 'relay-changed');
    const view = await ada.engine.request('connection.get', {});
    expect(view).toMatchObject({ state: 'refused', reason: 'relay-changed' });
    expect(hostile.lines.flatMap((line) => line.frames)).toEqual([]);
  });

  it('of another version is not signed in to; a person can try again once it was updated', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    hostile.acts = {
      hello: (line) => {
        line.push(hostile.hello({ protocolVersion: 2 }));
      },
    };
    takeOver();
    await ada.event('connection', (event) => event.connection.reason === 'protocol');
    hostile.acts = {};
    await ada.engine.request('connection.retry', {});
    await ada.online();
  });

  it('cannot make a device forget which devices it has, or what it is called', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    takeOver();
    for (const lie of [
      { ownDeviceIds: [0, 200] },
      { ownDeviceIds: [] },
      { ownDeviceIds: [2] },
      { username: '' },
      { username: 'mallory' },
    ]) {
      let answered = 0;
      hostile.acts = {
        authenticate: (line, requestId) => {
          answered += 1;
          line.push({ case: 'authenticated', value: authenticated(lie) }, requestId);
        },
      };
      for (const line of hostile.lines) line.cut();
      const refused = ada.nextEvent('connection', (event) => event.connection.state === 'refused');
      await insist(ada, () => {
        expect(answered, JSON.stringify(Object.keys(lie))).toBeGreaterThan(0);
      });
      expect((await refused).connection.reason).toBe('protocol');
      await ada.close();
      ada.open();
      expect(await ada.engine.request('account.get', {})).toMatchObject({ username: 'ada', deviceId: 1 });
    }
  });

  it('cannot fill the memory with mail nobody asked for', async () => {
    let store: FailingStore | undefined;
    const { ada, hostile, takeOver } = await betrayal(cleanup, {
      intercept: (database) => (store = new FailingStore(database)),
    });
    hostile.acts = {
      resume: (line, requestId) => {
        // As long as nothing can be stored, nothing is taken off the queue either.
        store?.fail();
        line.push({ case: 'resumed', value: { pending: 2 ** 32 - 1 } }, requestId);
        const envelope = {
          envelopeId: new Uint8Array(16),
          sourceAccountId: idToBytes(newAccountId()),
          sourceDeviceId: 1,
          sourceUsername: 'x',
          type: relay.CiphertextType.WHISPER,
          ciphertext: new Uint8Array(100),
        };
        for (let frame = 0; frame < 40; frame++) {
          const envelopes = Array.from({ length: 200 }, (_, i) => ({
            ...envelope,
            seq: BigInt(frame * 200 + i + 1),
            acceptedOrder: BigInt(frame * 200 + i + 1),
          }));
          line.push({ case: 'deliver', value: { envelopes } });
        }
      },
    };
    takeOver();
    await insist(ada, () => {
      expect(hostile.lines.length).toBeGreaterThan(0);
    });
    // Nobody takes 8,000 envelopes at once who asked for a few hundred: the connection ends.
    await vi.waitFor(
      () => {
        expect(hostile.lines[0]?.isOpen).toBe(false);
      },
      { timeout: 10_000 },
    );
  });

  it('that delivers before it was asked to is not heard', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    const seq = accountRepository(ada.database.read).mailboxSeq();
    const envelope = {
      seq: 2n ** 52n,
      envelopeId: new Uint8Array(16).fill(1),
      sourceAccountId: idToBytes(newAccountId()),
      sourceDeviceId: 1,
      sourceUsername: 'x',
      type: relay.CiphertextType.WHISPER,
      ciphertext: new Uint8Array(40),
      acceptedOrder: 1n,
    };
    hostile.acts = {
      hello: (line) => {
        line.push({ case: 'deliver', value: { envelopes: [envelope] } });
        line.push(hostile.hello());
      },
    };
    takeOver();
    await insist(ada, () => {
      expect(hostile.lines[0]?.isOpen).toBe(false);
    });
    expect(accountRepository(ada.database.read).mailboxSeq()).toBe(seq);
    expect((await ada.engine.request('diagnostics.get', {})).parked.waiting).toBe(0);
  });

  it('that greets twice does not make two hearts beat', async () => {
    const { ada, hostile, takeOver } = await betrayal(cleanup);
    hostile.acts = {
      hello: (line) => {
        line.push(hostile.hello());
        line.push(hostile.hello());
      },
    };
    takeOver();
    await vi.waitFor(() => {
      expect(hostile.lines[0]?.isOpen).toBe(false);
    });
    hostile.acts = {};
    await ada.engine.request('connection.retry', {});
    await ada.online();
  });

  it.each([1, 2 ** 32 - 1])(
    'that asks for a heartbeat every %i ms is not given more than one a second',
    async (ms) => {
      const { ada, hostile, takeOver } = await betrayal(cleanup);
      hostile.acts = {
        hello: (line) => {
          line.push(hostile.hello({ heartbeatIntervalMs: ms }));
        },
      };
      takeOver();
      await ada.nextEvent('connection', (event) => event.connection.state === 'online');
      // Ten rounds of something else take longer than ten heartbeats at that pace would.
      for (let round = 0; round < 10; round++) {
        const answered = ada.nextEvent('connection');
        ada.engine.wake();
        await answered;
      }
      const pings = hostile.lines.flatMap((line) => line.frames).filter(({ body }) => body.case === 'ping');
      expect(pings.length).toBeLessThanOrEqual(13);
    },
  );
});

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../../../src-main/engine/conversations/repository.ts';
import type { DeliveryState } from '../../../src-main/engine/messages/delivery.ts';
import { history } from '../../../src-main/engine/messages/history.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { insertOwnText, newConversation, newMessageId, openStore } from '../../support/engine/stores.ts';

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const { database, store } = openStore(cleanup);
// What survives a power cut is tested elsewhere.
database.write.pragma('synchronous = OFF');
const conversation = newConversation(store);
const another = newConversation(store);
const read = history(database.write);

const PROGRESS: Record<DeliveryState, number> = {
  failed: 0,
  queued: 0,
  encrypted: 1,
  accepted: 2,
  delivered: 3,
  read: 4,
};

/** Signs of how far a message has come; they may come in any order and any number of times. */
const SIGNALS = {
  encrypted: (id: MessageId) => {
    store.messages.markEncrypted(id);
  },
  accepted: (id: MessageId) => {
    store.messages.markAccepted(id, 4711);
  },
  delivered: (id: MessageId, where: Conversation = conversation) =>
    store.messages.markDelivered(where.row, id, 10),
  read: (id: MessageId, where: Conversation = conversation) =>
    store.messages.markReadByPeer(where.row, id, 20),
  'failed for good': (id: MessageId) => {
    store.messages.markFailed(id, 'mailbox-full');
  },
} as const;
type Signal = keyof typeof SIGNALS;

const signals = fc.array(fc.constantFrom(...(Object.keys(SIGNALS) as Signal[])), { maxLength: 12 });

function state(id: MessageId): DeliveryState {
  return store.messages.place(id)?.delivery ?? 'failed';
}

describe('how far a message has come', () => {
  it('never goes back, in whatever order the signs of it arrive', () => {
    fc.assert(
      fc.property(signals, (order) => {
        const id = insertOwnText(store, conversation, 'text');
        for (const signal of order) {
          const before = state(id);
          SIGNALS[signal](id);
          const after = state(id);
          // Failing is no step back for what no relay had.
          if (PROGRESS[before] >= PROGRESS.accepted) {
            expect(PROGRESS[after], `${before} → ${signal}`).toBeGreaterThanOrEqual(PROGRESS[before]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is in the end the furthest that was heard of', () => {
    const forward: readonly Exclude<Signal, 'failed for good'>[] = [
      'encrypted',
      'accepted',
      'delivered',
      'read',
    ];
    const withoutFailure = fc.array(fc.constantFrom(...forward), { minLength: 1 });
    fc.assert(
      fc.property(withoutFailure, (order) => {
        const id = insertOwnText(store, conversation, 'text');
        for (const signal of order) SIGNALS[signal](id);
        expect(PROGRESS[state(id)]).toBe(Math.max(...order.map((signal) => PROGRESS[signal])));
      }),
      { numRuns: 200 },
    );
  });

  it('is not failed any more once somebody has it, and says when they got it', () => {
    const id = insertOwnText(store, conversation, 'text');
    store.messages.markFailed(id, 'timed-out');
    expect(read.message(id)?.delivery).toEqual({ state: 'failed', reason: 'timed-out' });
    SIGNALS.read(id);
    expect(read.message(id)?.delivery).toEqual({ state: 'read' });
    expect(read.details(id)).toMatchObject({ deliveredAtMs: 20, readAtMs: 20 });
  });

  it('says when it was delivered, not when it was delivered again', () => {
    const id = insertOwnText(store, conversation, 'text');
    SIGNALS.delivered(id);
    SIGNALS.read(id);
    expect(store.messages.markDelivered(conversation.row, id, 99)).toBe(false);
    expect(read.details(id)).toMatchObject({ deliveredAtMs: 10, readAtMs: 20 });
  });

  it('is for its own conversation to say', () => {
    const id = insertOwnText(store, conversation, 'text');
    expect(SIGNALS.delivered(id, another)).toBe(false);
    expect(SIGNALS.read(id, another)).toBe(false);
    expect(state(id)).toBe('queued');
    expect(SIGNALS.read(newMessageId())).toBe(false);
  });

  it('starts again only when a person asks, and only after it failed', () => {
    const id = insertOwnText(store, conversation, 'text');
    expect(store.messages.requeue(id)).toBe(false);
    store.messages.markFailed(id, 'mailbox-full');
    expect(store.messages.requeue(id)).toBe(true);
    expect(read.message(id)?.delivery).toEqual({ state: 'queued' });
    SIGNALS.accepted(id);
    expect(store.messages.requeue(id)).toBe(false);
  });
});

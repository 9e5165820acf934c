import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageView } from '../../../src-shared/contract/views.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import {
  appendPage,
  applyChanges,
  comparePositions,
  dropOldest,
  MAX_WINDOW,
  prependPage,
  windowFromPage,
  type MessageWindow,
} from '../../../src-renderer/features/timeline/message-window.ts';
import { message } from './builders.ts';

const whole: MessageWindow = { messages: [], hasOlder: false, hasNewer: false, unreadFrom: null };
const ids = (messages: readonly MessageView[]): readonly string[] => messages.map((one) => one.messageId);

/** A message with one of few ids, at any position: the same one comes again, changed and moved. */
const anyMessage = fc
  .record({ id: fc.integer({ min: 0, max: 12 }), order: fc.integer({ min: 0, max: 40 }) })
  .map(({ id, order }) => message(order, { messageId: `m${String(id)}` as MessageId, row: id }));

const anyChange = fc.record({
  upserted: fc.array(anyMessage, { maxLength: 6 }),
  removed: fc.array(
    fc.integer({ min: 0, max: 12 }).map((id) => `m${String(id)}` as MessageId),
    { maxLength: 3 },
  ),
});

describe('a window over a whole conversation', () => {
  test('equals the last version of everything that was not removed, in order', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
        const expected = new Map<string, MessageView>();
        let window = whole;
        for (const { upserted, removed } of changes) {
          window = applyChanges(window, upserted, removed);
          for (const one of upserted) expected.set(one.messageId, one);
          for (const id of removed) expected.delete(id);
        }
        expect(window.messages).toEqual([...expected.values()].sort(comparePositions));
      }),
    );
  });

  test('is the same however often an event is repeated', () => {
    fc.assert(
      fc.property(anyChange, ({ upserted, removed }) => {
        const once = applyChanges(whole, upserted, removed);
        expect(applyChanges(once, upserted, removed)).toEqual(once);
      }),
    );
  });
});

describe('a window with more beyond its ends', () => {
  const middle: MessageWindow = {
    messages: [message(10), message(11), message(12)],
    hasOlder: true,
    hasNewer: true,
    unreadFrom: null,
  };

  test('leaves to later pages what lies outside of it', () => {
    const changed = applyChanges(middle, [message(5), message(20)], []);
    expect(changed.messages).toEqual(middle.messages);
  });

  test('takes changes of its own first and last messages', () => {
    const changed = applyChanges(
      middle,
      [message(10, { isUnread: true }), message(12, { isUnread: true })],
      [],
    );
    expect(changed.messages.map((one) => one.isUnread)).toEqual([true, false, true]);
  });

  test('paging through a conversation of any length meets every message exactly once, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 90 }), (length, size) => {
        const all = Array.from({ length }, (_, order) => message(order));
        const newest = all.slice(-size);
        let window = windowFromPage({
          messages: newest,
          hasOlder: length > size,
          hasNewer: false,
          firstUnread: null,
        });
        const met = new Set(ids(window.messages));
        while (window.hasOlder) {
          const end = window.messages[0]?.order ?? 0;
          const messages = all.slice(Math.max(0, end - size), end);
          window = prependPage(window, { messages, hasOlder: end > size, hasNewer: true, firstUnread: null });
          for (const id of ids(window.messages)) met.add(id);
          expect(window.messages.length).toBeLessThanOrEqual(MAX_WINDOW);
        }
        expect(met.size).toBe(length);
        expect(window.messages[0]).toEqual(all[0]);
        while (window.hasNewer) {
          const start = (window.messages.at(-1)?.order ?? 0) + 1;
          const messages = all.slice(start, start + size);
          const hasNewer = start + size < length;
          window = appendPage(window, { messages, hasOlder: true, hasNewer, firstUnread: null });
          expect(window.messages.length).toBeLessThanOrEqual(MAX_WINDOW);
        }
        expect(window.messages).toEqual(all.slice(-window.messages.length));
      }),
      { numRuns: 40 },
    );
  });
});

test('a window that grew by events is bounded from its oldest end', () => {
  const messages = Array.from({ length: MAX_WINDOW + 5 }, (_, order) => message(order));
  const dropped = dropOldest({ ...whole, messages });
  expect(dropped.messages).toHaveLength(MAX_WINDOW);
  expect(dropped.hasOlder).toBe(true);
  expect(dropped.messages.at(-1)).toEqual(messages.at(-1));
});

import { describe, expect, test } from 'vitest';
import type { MessageView } from '../../../src-shared/contract/views.ts';
import type { MessageWindow } from '../../../src-renderer/features/timeline/message-window.ts';
import {
  deliveryReporters,
  timelineItems,
  type TimelineItem,
} from '../../../src-renderer/features/timeline/timeline-items.ts';
import { nextRow } from '../../../src-renderer/features/timeline/use-roving-rows.ts';
import { lastReceivedAt } from '../../../src-renderer/features/timeline/use-reading.ts';
import { DAY, message, MINUTE, NOON, ownMessage } from './builders.ts';

function items(
  messages: readonly MessageView[],
  changes: Partial<MessageWindow> = {},
): readonly TimelineItem[] {
  return timelineItems({ messages, hasOlder: true, hasNewer: false, unreadFrom: null, ...changes });
}

const shape = (all: readonly TimelineItem[]): readonly string[] =>
  all.map((item) => (item.type === 'message' ? (item.isGroupStart ? 'first' : 'next') : item.type));

describe('grouping', () => {
  test('messages of one author within five minutes of each other stand under one name', () => {
    const at = (order: number, sentAtMs: number) => message(order, { sentAtMs });
    const messages = [
      at(1, NOON),
      at(2, NOON + 5 * MINUTE),
      at(3, NOON + 10 * MINUTE),
      at(4, NOON + 15 * MINUTE + 1),
    ];
    expect(shape(items(messages))).toEqual(['day', 'first', 'next', 'next', 'first']);
  });

  test('another author, a notice or the line of new messages begins anew', () => {
    const notice = message(3, { body: { type: 'notice', notice: { type: 'identity-changed' } } });
    const messages = [message(1), ownMessage(2, 'read'), notice, message(4), message(5)];
    expect(shape(items(messages, { unreadFrom: { order: 5, row: 5 } }))).toEqual([
      'day',
      'first',
      'first',
      'notice',
      'first',
      'unread',
      'first',
    ]);
  });
});

describe('day separators', () => {
  test('stand before the first message of each day', () => {
    const messages = [
      message(1),
      message(2, { sentAtMs: NOON + DAY }),
      message(3, { sentAtMs: NOON + 3 * DAY }),
    ];
    expect(shape(items(messages))).toEqual(['day', 'first', 'day', 'first', 'day', 'first']);
  });

  test('never go back, whatever the clocks of the senders say', () => {
    const messages = [message(1), message(2, { sentAtMs: NOON - 2 * DAY }), message(3)];
    expect(shape(items(messages)).filter((type) => type === 'day')).toHaveLength(1);
  });
});

describe('the line of new messages', () => {
  test('stands before the first unread one, once', () => {
    const messages = [message(1), message(2), message(3)];
    expect(shape(items(messages, { unreadFrom: { order: 2, row: 2 } }))).toEqual([
      'day',
      'first',
      'unread',
      'first',
      'next',
    ]);
  });

  test('is left out where everything is older', () => {
    expect(shape(items([message(1)], { unreadFrom: { order: 9, row: 9 } }))).toEqual(['day', 'first']);
  });
});

test('the beginning is said only where there is nothing before it', () => {
  expect(shape(items([message(1)], { hasOlder: false }))[0]).toBe('beginning');
  expect(shape(items([message(1)]))[0]).toBe('day');
});

test('of own messages that came equally far only the last says so; each that failed does', () => {
  const failed = (order: number) =>
    message(order, { isOwn: true, delivery: { state: 'failed', reason: 'mailbox-full' } });
  const messages = [
    ownMessage(1, 'read'),
    ownMessage(2, 'read'),
    message(3),
    ownMessage(4, 'delivered'),
    failed(5),
    failed(6),
    ownMessage(7, 'queued'),
  ];
  expect([...deliveryReporters(messages)].map((one) => one.order).sort()).toEqual([2, 4, 5, 6, 7]);
});

describe('arrow keys', () => {
  const rows = items([message(1), message(2, { sentAtMs: NOON + DAY })]);

  test('go from message to message, past separators, and stop at the ends', () => {
    expect(shape(rows)).toEqual(['day', 'first', 'day', 'first']);
    expect(nextRow('ArrowUp', rows, 3)).toBe(1);
    expect(nextRow('ArrowUp', rows, 1)).toBe(1);
    expect(nextRow('ArrowDown', rows, 1)).toBe(3);
    expect(nextRow('ArrowDown', rows, 3)).toBe(3);
    expect(nextRow('Home', rows, 3)).toBe(1);
    expect(nextRow('End', rows, 1)).toBe(3);
    expect(nextRow('a', rows, 1)).toBeNull();
  });
});

test('reading ends at the last message of the other person, never at an own one', () => {
  const rows = items([message(1), message(2), ownMessage(3, 'queued')]);
  expect(lastReceivedAt(rows, rows.length - 1)).toEqual({ order: 2, row: 2 });
  expect(lastReceivedAt(rows, 0)).toBeNull();
});

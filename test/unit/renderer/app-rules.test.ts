import { describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src-shared/ids.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import { createClient } from '../../../src-renderer/app/bridge-client.ts';
import { createEventQueue } from '../../../src-renderer/app/event-queue.ts';
import { searchKeys, shortcutFor } from '../../../src-renderer/app/shortcuts.ts';
import { createViewsStore, mergeConversations, reduceViews } from '../../../src-renderer/app/state/views.ts';
import { chooseTheme } from '../../../src-renderer/app/theme.ts';
import { groupDigits } from '../../../src-renderer/features/details/safety-number.ts';
import { avatarTint, initials } from '../../../src-renderer/ui/avatar-rules.ts';
import { conversation } from './builders.ts';

describe('the client', () => {
  const bridge = (answer: Parameters<typeof Promise.resolve>[0]) => ({
    request: () => Promise.resolve(answer as never),
    subscribe: () => () => undefined,
    platform: 'linux' as const,
  });

  test('answers with the value', async () => {
    const client = createClient(bridge({ ok: true, value: null }));
    await expect(client.request('account.get', {})).resolves.toBeNull();
  });

  test('throws what the other side reports', async () => {
    const error = { code: 'rate-limited', message: 'slow down', retryAfterMs: 100 };
    const client = createClient(bridge({ ok: false, error }));
    await expect(client.request('account.get', {})).rejects.toThrow(
      new KithError('rate-limited', 'slow down', { retryAfterMs: 100 }),
    );
  });
});

test('the first event is applied at once, those after it together, once a frame, in their order', () => {
  const frames: (() => void)[] = [];
  const applied: (readonly number[])[] = [];
  const queue = createEventQueue<number>(
    (task) => frames.push(task),
    (events) => applied.push(events),
  );
  const nextFrame = () => frames.shift()?.();
  queue.push(1);
  queue.push(2);
  queue.push(3);
  expect(applied).toEqual([[1]]);
  nextFrame();
  expect(applied).toEqual([[1], [2, 3]]);
  queue.push(4);
  nextFrame();
  nextFrame();
  expect(applied).toEqual([[1], [2, 3], [4]]);
  expect(frames).toEqual([]);
  queue.push(5);
  expect(applied.at(-1)).toEqual([5]);
});

describe('views', () => {
  test('the newest version of a conversation stays, and other events change nothing', () => {
    const before = createViewsStore().getState();
    const noor = conversation('Noor');
    const events: KithEvent[] = [
      { type: 'conversation', conversation: noor },
      { type: 'conversation', conversation: { ...noor, unreadCount: 2 } },
    ];
    expect([...reduceViews(before, events).conversations.values()]).toEqual([{ ...noor, unreadCount: 2 }]);
    expect(reduceViews(before, [{ type: 'command', command: 'search' }])).toBe(before);
  });

  test('typing begins and ends', () => {
    const start = createViewsStore().getState();
    const accountId = 'noor' as AccountId;
    const { roomId } = conversation('Noor');
    const typing = reduceViews(start, [{ type: 'typing', roomId, accountId, isTyping: true }]);
    expect(typing.typing.has(roomId)).toBe(true);
    expect(reduceViews(typing, [{ type: 'typing', roomId, accountId, isTyping: false }]).typing.size).toBe(0);
  });

  test('a list that was slower than an event does not undo it', () => {
    const noor = conversation('Noor');
    const ines = conversation('Ines');
    const newer = { ...noor, unreadCount: 1 };
    const merged = mergeConversations(new Map(), new Map([[noor.roomId, newer]]), [noor, ines]);
    expect(merged.get(noor.roomId)).toBe(newer);
    expect(merged.get(ines.roomId)).toBe(ines);
  });
});

describe('shortcuts', () => {
  const press = (
    key: string,
    held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
  ) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...held,
  });

  test('follow the habits of the system', () => {
    expect(shortcutFor(press('k', { ctrlKey: true }), 'linux')).toBe('search');
    expect(shortcutFor(press('k', { ctrlKey: true }), 'darwin')).toBeNull();
    expect(shortcutFor(press('k', { metaKey: true }), 'darwin')).toBe('search');
    expect(searchKeys('darwin')).toBe('⌘K');
  });

  test('move between conversations and close the panel', () => {
    expect(shortcutFor(press('ArrowDown', { altKey: true }), 'win32')).toBe('next-conversation');
    expect(shortcutFor(press('ArrowUp', { altKey: true }), 'win32')).toBe('previous-conversation');
    expect(shortcutFor(press('Escape'), 'win32')).toBe('close-panel');
    expect(shortcutFor(press('a'), 'win32')).toBeNull();
  });
});

test('the theme is the person’s choice, or the computer’s', () => {
  expect(chooseTheme('dark', 'light-system')).toBe('dark');
  expect(chooseTheme('light', 'dark-system')).toBe('light');
  expect(chooseTheme('system', 'dark-system')).toBe('dark');
  expect(chooseTheme('system', 'light-system')).toBe('light');
});

test('initials are whole letters of the first and the last word', () => {
  expect(initials('Noor Osei')).toBe('NO');
  expect(initials('jean-luc von Berg')).toBe('JB');
  expect(initials('mara')).toBe('M');
  expect(initials('👨‍👩‍👧 family')).toBe('👨‍👩‍👧F');
  expect(initials('  ')).toBe('');
});

test('an account always has the same one of eight colours', () => {
  expect(avatarTint('noor')).toBe(avatarTint('noor'));
  const tints = new Set(Array.from({ length: 400 }, (_, number) => avatarTint(`account ${String(number)}`)));
  expect([...tints].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('safety numbers are read in twelve groups of five', () => {
  const groups = groupDigits('0123456789'.repeat(6));
  expect(groups).toHaveLength(12);
  expect(new Set(groups.map((group) => group.length))).toEqual(new Set([5]));
});

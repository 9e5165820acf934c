import { describe, expect, test } from 'vitest';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { createDrafts } from '../../../src-renderer/features/composer/drafts.ts';
import { bytesOverLimit } from '../../../src-renderer/features/composer/text-length.ts';
import { createTypingSignal } from '../../../src-renderer/features/composer/typing-signal.ts';
import { ROOM } from './builders.ts';

/** Time that passes only when told to. */
function createClock() {
  let nowMs = 0;
  let tasks: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after: (delayMs: number, run: () => void) => {
      const task = { atMs: nowMs + delayMs, run };
      tasks.push(task);
      return () => {
        tasks = tasks.filter((other) => other !== task);
      };
    },
    pass(ms: number) {
      nowMs += ms;
      const due = tasks.filter((task) => task.atMs <= nowMs);
      tasks = tasks.filter((task) => task.atMs > nowMs);
      for (const task of due) task.run();
    },
  };
}

describe('drafts', () => {
  function setUp(save: (roomId: RoomId, text: string) => Promise<unknown>) {
    const clock = createClock();
    return { clock, drafts: createDrafts({ save, after: clock.after }) };
  }

  test('are saved once the person pauses for 300 ms', () => {
    const saved: string[] = [];
    const { clock, drafts } = setUp((_room, text) => Promise.resolve(saved.push(text)));
    for (const text of ['h', 'he', 'hey']) {
      drafts.write(ROOM, text);
      clock.pass(299);
    }
    expect(saved).toEqual([]);
    clock.pass(1);
    expect(saved).toEqual(['hey']);
  });

  test('are saved at once when the person leaves, and only once', () => {
    const saved: string[] = [];
    const { clock, drafts } = setUp((_room, text) => Promise.resolve(saved.push(text)));
    drafts.write(ROOM, 'hey');
    drafts.flush(ROOM);
    clock.pass(1000);
    expect(saved).toEqual(['hey']);
  });

  test('what is typed here goes before what the engine has, until it has the same', async () => {
    const { drafts } = setUp(() => Promise.resolve());
    expect(drafts.read(ROOM, 'saved')).toBe('saved');
    drafts.write(ROOM, 'typed');
    expect(drafts.read(ROOM, 'saved')).toBe('typed');
    drafts.flushAll();
    await Promise.resolve();
    await Promise.resolve();
    expect(drafts.read(ROOM, 'typed, and changed elsewhere')).toBe('typed, and changed elsewhere');
  });

  test('what could not be saved is kept', async () => {
    const { drafts } = setUp(() => Promise.reject(new Error('the disk is full')));
    drafts.write(ROOM, 'typed');
    drafts.flush(ROOM);
    await Promise.resolve();
    await Promise.resolve();
    expect(drafts.read(ROOM, '')).toBe('typed');
  });
});

describe('the typing signal', () => {
  function setUp() {
    const clock = createClock();
    const sent: string[] = [];
    const signal = createTypingSignal({ ...clock, send: (state) => sent.push(state) });
    return { clock, sent, signal };
  }

  test('is sent at the first key and renewed seldom', () => {
    const { clock, sent, signal } = setUp();
    for (let key = 0; key < 80; key += 1) {
      signal.typed();
      clock.pass(100);
    }
    expect(sent).toEqual(['typing', 'typing']);
  });

  test('ends after five idle seconds, once', () => {
    const { clock, sent, signal } = setUp();
    signal.typed();
    clock.pass(4999);
    expect(sent).toEqual(['typing']);
    clock.pass(1);
    signal.stopped();
    expect(sent).toEqual(['typing', 'stopped']);
  });

  test('says nothing about stopping to somebody who never began', () => {
    const { sent, signal } = setUp();
    signal.stopped();
    expect(sent).toEqual([]);
  });
});

test('the length of a message counts as it travels, in bytes of UTF-8', () => {
  expect(bytesOverLimit('a'.repeat(MAX_TEXT_BYTES))).toBe(0);
  expect(bytesOverLimit('a'.repeat(MAX_TEXT_BYTES + 3))).toBe(3);
  expect(bytesOverLimit('é'.repeat(MAX_TEXT_BYTES / 2) + '👍')).toBe(4);
});

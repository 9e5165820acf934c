import { describe, expect, test } from 'vitest';
import type { RoomId } from '../../../src-shared/ids.ts';
import {
  announcementFor,
  soundFor,
  type Attention,
  type Incoming,
} from '../../../src-main/shell/notifications/rules.ts';
import { textBody } from '../../support/message-views.ts';

const here = '11111111-1111-4111-8111-111111111111' as RoomId;
const elsewhere = '22222222-2222-4222-8222-222222222222' as RoomId;

function incoming(change: Partial<Incoming> = {}): Incoming {
  return {
    message: { roomId: here, body: textBody('See you at nine?') },
    senderName: 'Ada',
    room: { state: 'active', isMuted: false },
    ...change,
  };
}
const away: Attention = { window: 'in-background', visibleRoom: null };

describe('whether it is announced', () => {
  const table: readonly [
    window: Attention['window'],
    shows: RoomId | null,
    state: Incoming['room']['state'],
    mute: 'muted' | 'loud',
    announced: boolean,
  ][] = [
    ['focused', here, 'active', 'loud', false],
    ['focused', elsewhere, 'active', 'loud', true],
    ['focused', null, 'active', 'loud', true],
    ['in-background', here, 'active', 'loud', true],
    ['in-background', null, 'active', 'loud', true],
    ['in-background', null, 'active', 'muted', false],
    ['focused', elsewhere, 'active', 'muted', false],
    ['in-background', null, 'blocked', 'loud', false],
    ['in-background', null, 'blocked', 'muted', false],
    ['in-background', null, 'request', 'loud', true],
    ['in-background', null, 'request', 'muted', false],
    ['focused', here, 'request', 'loud', false],
  ];
  for (const [window, visibleRoom, state, mute, announced] of table) {
    const shows = visibleRoom === here ? 'this room' : visibleRoom === null ? 'no room' : 'another room';
    test(`${window}, ${shows}, ${state}, ${mute}: ${announced ? 'yes' : 'no'}`, () => {
      const room = { state, isMuted: mute === 'muted' };
      const announcement = announcementFor(incoming({ room }), { window, visibleRoom }, 'all');
      expect(announcement !== null).toBe(announced);
    });
  }

  test('what is no message is not announced', () => {
    const notice = { type: 'notice', notice: { type: 'identity-changed' } } as const;
    expect(announcementFor(incoming({ message: { roomId: here, body: notice } }), away, 'all')).toBeNull();
  });
});

describe('in which words', () => {
  test('as much as the settings allow', () => {
    expect(announcementFor(incoming(), away, 'all')).toEqual({ title: 'Ada', body: 'See you at nine?' });
    expect(announcementFor(incoming(), away, 'name')).toEqual({ title: 'Ada', body: 'New message' });
    expect(announcementFor(incoming(), away, 'nothing')).toEqual({ title: 'Kith', body: 'New message' });
  });

  test('what strangers write is not shown', () => {
    const room = { state: 'request', isMuted: false } as const;
    expect(announcementFor(incoming({ room }), away, 'all')?.body).toBe('Wants to write to you');
    expect(announcementFor(incoming({ room }), away, 'nothing')).toEqual({
      title: 'Kith',
      body: 'New message',
    });
  });

  test('long texts are cut between characters as people see them', () => {
    const family = '👨‍👩‍👧‍👦';
    const body = announcementFor(
      incoming({ message: { roomId: here, body: textBody(family.repeat(500)) } }),
      away,
      'all',
    )?.body;
    expect(body).toMatch(new RegExp(`^(${family})+…$`, 'u'));
  });
});

test('at most one sound a second', () => {
  expect(soundFor(null, 0)).toBe('sound');
  expect(soundFor(5_000, 5_999)).toBe('silent');
  expect(soundFor(5_000, 6_000)).toBe('sound');
});

import { describe, expect, test } from 'vitest';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import { english } from '../../../src-renderer/app/i18n/catalogue.ts';
import { createTranslate } from '../../../src-renderer/app/i18n/translate.ts';
import { edgeRow, listRows, stepRow } from '../../../src-renderer/features/conversation-list/list-rows.ts';
import { previewOf } from '../../../src-renderer/features/conversation-list/preview.ts';
import { conversationSections } from '../../../src-renderer/features/conversation-list/sections.ts';
import { textBody } from '../../support/message-views.ts';
import { conversation } from './builders.ts';

const t = createTranslate(english, 'en-GB');
const map = (...all: readonly ConversationView[]) => new Map(all.map((one) => [one.roomId, one]));
const names = (all: ReturnType<typeof conversationSections>) =>
  all.map(({ name, conversations }) => [name, conversations.map((one) => one.peer.displayName)]);

describe('sections', () => {
  const all = map(
    conversation('Noor', { lastActivityMs: 1, isPinned: true }),
    conversation('Tomás', { lastActivityMs: 3 }),
    conversation('Ines', { lastActivityMs: 5 }),
    conversation('Stranger', { lastActivityMs: 9, state: 'request', isPinned: true }),
    conversation('Gone', { lastActivityMs: 2, state: 'blocked' }),
  );

  test('newest first within each, empty ones left out, requests never among the pinned', () => {
    expect(names(conversationSections(all, ''))).toEqual([
      ['pinned', ['Noor']],
      ['requests', ['Stranger']],
      ['direct', ['Ines', 'Tomás', 'Gone']],
    ]);
    expect(conversationSections(new Map(), '')).toEqual([]);
  });

  test('a search finds names and usernames, without accents, with or without @', () => {
    expect(names(conversationSections(all, 'tomas'))).toEqual([['direct', ['Tomás']]]);
    expect(names(conversationSections(all, '@noor'))).toEqual([['pinned', ['Noor']]]);
    expect(conversationSections(all, 'nobody')).toEqual([]);
  });

  test('the arrow keys go past headings and stop at the ends', () => {
    const rows = listRows(conversationSections(all, ''));
    expect(edgeRow(rows, 'first')).toBe(1);
    expect(stepRow(rows, 1, 1)).toBe(3);
    expect(stepRow(rows, 1, -1)).toBe(1);
    expect(stepRow(rows, edgeRow(rows, 'last'), 1)).toBe(edgeRow(rows, 'last'));
    expect(edgeRow([], 'first')).toBe(-1);
  });
});

describe('the second line', () => {
  const quiet = { isTyping: false, isOpen: false };
  const lastMessage = {
    messageId: 'm' as MessageId,
    authorId: 'me' as AccountId,
    isOwn: true,
    body: textBody('one\n\ntwo'),
    sentAtMs: 0,
    delivery: { state: 'delivered' },
  } as const;
  const noor = conversation('Noor', { lastMessage, draft: 'about Friday' });

  test('typing goes before the draft, the draft before the last message', () => {
    expect(previewOf(t, noor, { isTyping: true, isOpen: false })).toEqual({ type: 'typing' });
    expect(previewOf(t, noor, quiet)).toEqual({ type: 'draft', text: 'about Friday' });
    expect(previewOf(t, { ...noor, draft: ' ' }, quiet)).toEqual({
      type: 'message',
      isOwn: true,
      text: 'one two',
      delivery: 'delivered',
    });
  });

  test('the conversation in front does not remind of its own draft', () => {
    expect(previewOf(t, noor, { isTyping: false, isOpen: true }).type).toBe('message');
  });

  test('a blocked conversation says nothing else', () => {
    expect(previewOf(t, { ...noor, state: 'blocked' }, { isTyping: true, isOpen: false })).toEqual({
      type: 'quiet',
      text: 'Blocked',
    });
  });
});

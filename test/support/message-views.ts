/** Parts of message views, for tests and scripted worlds that say nothing special. */
import type { MessageBody, MessageView } from '../../src-shared/contract/views.ts';

export function textBody(text: string): Extract<MessageBody, { type: 'text' }> {
  return { type: 'text', text, mentions: [], quote: null, isForwarded: false };
}

/** A message nothing has happened to. */
export const UNTOUCHED = {
  inThread: null,
  thread: null,
  reactions: [],
  editedAtMs: null,
  isPinned: false,
  isStarred: false,
  mentionsMe: false,
  expiresAtMs: null,
  attachments: [],
} satisfies Partial<MessageView>;

/** Writes the history of one room: who said what, how long ago. */
import type { Delivery, MessageBody, MessageView } from '../../../src-shared/contract/views.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import { accountId, messageId, OWN_ACCOUNT, roomId } from './people.ts';

export interface Line {
  readonly from: 'me' | 'them';
  readonly body: MessageBody;
  readonly agoMinutes: number;
  readonly delivery?: Delivery;
  readonly isUnread?: boolean;
  readonly isSuspicious?: boolean;
}

export function says(text: string, agoMinutes: number, more: Partial<Line> = {}): Line {
  return { from: 'them', body: { type: 'text', text }, agoMinutes, ...more };
}

export function iSay(text: string, agoMinutes: number, delivery: Delivery = { state: 'read' }): Line {
  return { from: 'me', body: { type: 'text', text }, agoMinutes, delivery };
}

export function history(room: number, lines: readonly Line[], nowMs: number): MessageView[] {
  return lines.map((line, index) => {
    const sentAtMs = nowMs - line.agoMinutes * 60_000;
    return {
      messageId: messageId(room, index + 1),
      roomId: roomId(room),
      order: orderFromMs(sentAtMs),
      row: index + 1,
      authorId: line.from === 'me' ? OWN_ACCOUNT : accountId(room),
      isOwn: line.from === 'me',
      body: line.body,
      attachments: [],
      sentAtMs,
      isUnread: line.isUnread ?? false,
      delivery: line.from === 'me' ? (line.delivery ?? { state: 'read' }) : null,
      isSuspicious: line.isSuspicious ?? false,
    };
  });
}

/** Events on standard output: one JSON object a line. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { MessageView } from '../../src-shared/contract/views.ts';
import type { AccountId } from '../../src-shared/ids.ts';
import { describeAttachment } from './attachments.ts';

export type Emit = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Usernames of accounts, for lines that people read. */
export type Names = (accountId: AccountId) => string;

export const emitToStdout: Emit = (event, fields) => {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
};

/** A message as `history` shows it; null for notices. */
export function describeMessage(message: MessageView, names: Names): Record<string, unknown> | null {
  if (message.body.type !== 'text') return null;
  return {
    messageId: message.messageId,
    from: names(message.authorId),
    text: message.body.text,
    sentAt: message.sentAtMs,
    own: message.isOwn,
    ...attachmentsOf(message),
    ...(message.delivery === null ? {} : { delivery: message.delivery.state }),
  };
}

function attachmentsOf({ attachments }: MessageView): Record<string, unknown> {
  return attachments.length === 0 ? {} : { attachments: attachments.map(describeAttachment) };
}

/** Passes on what a bot wants to know; returns the listener. */
export function eventPrinter(emit: Emit): (event: EngineEvent) => void {
  let lastState: string | null = null;
  const failed = new Set<string>();
  return (event) => {
    switch (event.type) {
      case 'connection':
        if (event.connection.state === lastState) return;
        lastState = event.connection.state;
        emit('connection', { state: event.connection.state, reason: event.connection.reason ?? undefined });
        return;
      case 'received':
        if (event.message.body.type !== 'text') return;
        emit('message', {
          messageId: event.message.messageId,
          from: event.from.username,
          text: event.message.body.text,
          sentAt: event.message.sentAtMs,
          ...attachmentsOf(event.message),
          request: event.isRequest,
        });
        return;
      case 'accepted':
        emit('accepted', { messageId: event.messageId });
        return;
      case 'transfer': {
        const { messageId, fileId, direction, state, bytes, size, reason } = event;
        emit('transfer', { messageId, fileId, direction, state, bytes, size, reason: reason ?? undefined });
        return;
      }
      case 'receipt':
        emit('receipt', { messageId: event.messageId, kind: event.kind, by: event.by.username });
        return;
      case 'messages':
        for (const message of event.upserted) {
          if (message.delivery?.state !== 'failed') failed.delete(message.messageId);
          else if (!failed.has(message.messageId)) {
            failed.add(message.messageId);
            emit('failed', { messageId: message.messageId, code: message.delivery.reason });
          }
        }
        return;
      default:
        return;
    }
  };
}

/** What a transaction changed, collected while it runs and published after its commit. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { MessageId } from '../../src-shared/ids.ts';
import type { ConversationRow } from './conversations/repository.ts';

export class Changes {
  readonly conversations = new Set<ConversationRow>();
  readonly messages = new Map<ConversationRow, Set<MessageId>>();
  readonly removed = new Map<ConversationRow, Set<MessageId>>();
  /** Foreign messages that came in, in order. */
  readonly received: MessageId[] = [];
  readonly events: EngineEvent[] = [];
  /** Conversations that now have something to send. */
  readonly toSend = new Set<ConversationRow>();
  /** Something unreadable was put aside, and its sender is to be asked. */
  parked = false;
  /** Files are to be moved. */
  toTransfer = false;

  conversation(row: ConversationRow): void {
    this.conversations.add(row);
  }

  message(conversation: ConversationRow, messageId: MessageId): void {
    this.conversations.add(conversation);
    const ids = this.messages.get(conversation) ?? new Set<MessageId>();
    this.messages.set(conversation, ids.add(messageId));
  }

  removedMessage(conversation: ConversationRow, messageId: MessageId): void {
    this.conversations.add(conversation);
    const ids = this.removed.get(conversation) ?? new Set<MessageId>();
    this.removed.set(conversation, ids.add(messageId));
  }

  event(event: EngineEvent): void {
    this.events.push(event);
  }
}

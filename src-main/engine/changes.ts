/** What a transaction changed, collected while it runs and published after its commit. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { ErrorCode } from '../../src-shared/errors.ts';
import type { MessageId } from '../../src-shared/ids.ts';
import type { ConversationRow } from './conversations/repository.ts';

export interface FailedOperation {
  readonly conversation: ConversationRow;
  readonly contentId: MessageId;
  readonly reason: ErrorCode;
}

export class Changes {
  readonly conversations = new Set<ConversationRow>();
  readonly messages = new Map<ConversationRow, Set<MessageId>>();
  readonly removed = new Map<ConversationRow, Set<MessageId>>();
  /** Foreign messages that came in, in order. */
  readonly received: MessageId[] = [];
  readonly events: EngineEvent[] = [];
  /** Edits, reactions and the like that could not be sent. */
  readonly failedOperations: FailedOperation[] = [];
  /** Conversations that now have something to send. */
  readonly toSend = new Set<ConversationRow>();
  /** Threads whose replies, counts or choice changed. */
  readonly threads = new Map<ConversationRow, Set<MessageId>>();
  /** Words were deleted: the log of the store must not keep them. */
  forgets = false;
  /** Rooms whose log has moved on at the relay. */
  readonly roomsToFollow = new Set<ConversationRow>();
  /** Rooms that this device is to give a new secret, because somebody left. */
  readonly roomsToRekey = new Set<ConversationRow>();
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

  /** The message it hangs on shows a summary of it. */
  thread(conversation: ConversationRow, root: MessageId): void {
    this.message(conversation, root);
    const roots = this.threads.get(conversation) ?? new Set<MessageId>();
    this.threads.set(conversation, roots.add(root));
  }

  removedMessage(conversation: ConversationRow, messageId: MessageId): void {
    this.conversations.add(conversation);
    const ids = this.removed.get(conversation) ?? new Set<MessageId>();
    this.removed.set(conversation, ids.add(messageId));
  }

  failedOperation(conversation: ConversationRow, contentId: MessageId, reason: ErrorCode): void {
    this.failedOperations.push({ conversation, contentId, reason });
  }

  event(event: EngineEvent): void {
    this.events.push(event);
  }
}

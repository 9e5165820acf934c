/** Turns what a commit changed into events, read back from the store, so that nobody sees what is not durable. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { ContactView, ConversationState, MessageView } from '../../src-shared/contract/views.ts';
import type { AccountId, MessageId, RoomId } from '../../src-shared/ids.ts';
import type { Changes, FailedOperation } from './changes.ts';
import { contactView } from './contacts/view.ts';
import { conversationView } from './conversations/view.ts';
import type { ConversationRow } from './conversations/repository.ts';
import { errorFields, type Logger } from './log.ts';
import type { History } from './messages/history.ts';
import type { Repositories } from './repositories.ts';
import { roomView } from './rooms/view.ts';
import { threadView } from './threads/view.ts';

export type EngineListener = (event: EngineEvent) => void;

export class Publisher {
  readonly #listeners = new Set<EngineListener>();
  /** On the reading connection. */
  readonly #store: Repositories;
  readonly #history: History;
  readonly #log: Logger;

  constructor(store: Repositories, history: History, log: Logger) {
    this.#store = store;
    this.#history = history;
    this.#log = log;
  }

  subscribe(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  publish(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault must not undo or repeat what is committed.
        this.#log.error('engine.listener-failed', errorFields(error));
      }
    }
  }

  publishChanges(changes: Changes): void {
    if (this.#listeners.size === 0) return;
    const views = new Map<MessageId, MessageView>();
    for (const row of new Set([...changes.messages.keys(), ...changes.removed.keys()])) {
      const upserted = this.#publishMessages(
        row,
        changes.messages.get(row) ?? NO_IDS,
        changes.removed.get(row) ?? NO_IDS,
      );
      for (const view of upserted) views.set(view.messageId, view);
    }
    for (const row of changes.conversations) this.#publishConversation(row);
    for (const [row, roots] of changes.threads) this.#publishThreads(row, roots);
    for (const failed of changes.failedOperations) this.#publishFailure(failed);
    this.#publishReceived(changes.received.flatMap((messageId) => views.get(messageId) ?? []));
    for (const event of changes.events) this.publish(event);
  }

  #publishMessages(
    row: ConversationRow,
    ids: ReadonlySet<MessageId>,
    removed: ReadonlySet<MessageId>,
  ): readonly MessageView[] {
    const conversation = this.#store.conversations.byRow(row);
    if (conversation === null) return [];
    const upserted = [...ids].flatMap((id) => this.#history.message(id) ?? []);
    this.publish({ type: 'messages', roomId: conversation.roomId, upserted, removed: [...removed] });
    return upserted;
  }

  #publishConversation(row: ConversationRow): void {
    const conversation = this.#store.conversations.byRow(row);
    if (conversation === null) return;
    if (conversation.kind === 'direct') {
      this.publish({
        type: 'conversation',
        conversation: conversationView(this.#store, this.#history, conversation),
      });
      return;
    }
    const ownId = this.#store.account.get()?.accountId;
    const room = ownId === undefined ? null : roomView(this.#store, this.#history, conversation, ownId);
    if (room !== null) this.publish({ type: 'room', room });
  }

  #publishThreads(row: ConversationRow, roots: ReadonlySet<MessageId>): void {
    const conversation = this.#store.conversations.byRow(row);
    if (conversation === null) return;
    for (const root of roots) {
      this.publish({ type: 'thread', thread: threadView(this.#store, this.#history, conversation, root) });
    }
  }

  #publishFailure({ conversation, contentId, reason }: FailedOperation): void {
    const roomId = this.#store.conversations.byRow(conversation)?.roomId;
    if (roomId !== undefined)
      this.publish({ type: 'operation-failed', messageId: contentId, roomId, reason });
  }

  /** Much mail at once comes from few people in few rooms: each is looked up once. */
  #publishReceived(messages: readonly MessageView[]): void {
    const rooms = new Map<RoomId, ConversationState | undefined>();
    const authors = new Map<AccountId, Pick<ContactView, 'username' | 'displayName'>>();
    for (const message of messages) {
      const { roomId, authorId } = message;
      if (!rooms.has(roomId)) rooms.set(roomId, this.#store.conversations.byRoom(roomId)?.state);
      const state = rooms.get(roomId);
      if (state === undefined) continue;
      const { username, displayName } = authors.get(authorId) ?? contactView(this.#store, authorId);
      const from = { username, displayName };
      authors.set(authorId, from);
      this.publish({ type: 'received', message, from, isRequest: state === 'request' });
    }
  }
}

const NO_IDS: ReadonlySet<MessageId> = new Set();

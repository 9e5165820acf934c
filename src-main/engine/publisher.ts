/** Turns what a commit changed into events, read back from the store, so that nobody sees what is not durable. */
import type { EngineEvent } from '../../src-shared/contract/events.ts';
import type { MessageId } from '../../src-shared/ids.ts';
import type { Changes } from './changes.ts';
import { conversationView } from './conversations/view.ts';
import type { ConversationRow } from './conversations/repository.ts';
import { errorFields, type Logger } from './log.ts';
import type { History } from './messages/history.ts';
import type { Repositories } from './repositories.ts';

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
    for (const row of new Set([...changes.messages.keys(), ...changes.removed.keys()])) {
      this.#publishMessages(row, changes.messages.get(row) ?? NO_IDS, changes.removed.get(row) ?? NO_IDS);
    }
    for (const row of changes.conversations) this.#publishConversation(row);
    for (const messageId of changes.received) this.#publishReceived(messageId);
    for (const event of changes.events) this.publish(event);
  }

  #publishMessages(row: ConversationRow, ids: ReadonlySet<MessageId>, removed: ReadonlySet<MessageId>): void {
    const conversation = this.#store.conversations.byRow(row);
    if (conversation === null) return;
    const upserted = [...ids].flatMap((id) => this.#history.message(id) ?? []);
    this.publish({ type: 'messages', roomId: conversation.roomId, upserted, removed: [...removed] });
  }

  #publishConversation(row: ConversationRow): void {
    const conversation = this.#store.conversations.byRow(row);
    if (conversation === null) return;
    this.publish({
      type: 'conversation',
      conversation: conversationView(this.#store, this.#history, conversation),
    });
  }

  #publishReceived(messageId: MessageId): void {
    const message = this.#history.message(messageId);
    const conversation = message === null ? null : this.#store.conversations.byRoom(message.roomId);
    if (message === null || conversation === null) return;
    const contact = this.#store.contacts.get(message.authorId);
    const username = contact?.username ?? '';
    this.publish({
      type: 'received',
      message,
      from: {
        username,
        displayName: contact?.displayName === '' ? username : (contact?.displayName ?? username),
      },
      isRequest: conversation.state === 'request',
    });
  }
}

const NO_IDS: ReadonlySet<MessageId> = new Set();

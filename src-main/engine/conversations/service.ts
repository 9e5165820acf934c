/** What a person does with a conversation besides writing in it. */
import type { HistoryCursor } from '../../../src-shared/contract/views.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import { requireConversation } from '../messages/send.ts';
import { readUpTo } from '../receipts/read.ts';

export function markRead(context: EngineContext, roomId: RoomId, upTo: HistoryCursor): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    readUpTo(context, changes, conversation, upTo);
  });
}

/** The stranger is one no longer: receipts that were held back are owed from now on. */
export function acceptRequest(context: EngineContext, roomId: RoomId): void {
  const conversation = requireConversation(context, roomId);
  if (conversation.state !== 'request') return;
  context.transact((changes) => {
    const { store } = context;
    store.conversations.setState(conversation.row, 'active');
    const sendsRead = store.settings.get().sendReadReceipts;
    for (const { messageId, isUnread } of store.messages.foreignTexts(conversation.row)) {
      store.receipts.add(conversation.row, messageId, 'delivered');
      if (!isUnread && sendsRead) store.receipts.add(conversation.row, messageId, 'read');
    }
    changes.conversation(conversation.row);
    changes.toSend.add(conversation.row);
  });
}

/** Nothing more is heard from them or sent to them; what was queued for them fails. */
export function block(context: EngineContext, roomId: RoomId): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    const { store } = context;
    store.conversations.setState(conversation.row, 'blocked');
    store.receipts.removeAll(conversation.row);
    for (const messageId of store.outbox.removeQueued(conversation.row)) {
      store.messages.markFailed(messageId, 'blocked');
      changes.message(conversation.row, messageId);
    }
    changes.conversation(conversation.row);
  });
}

export function unblock(context: EngineContext, roomId: RoomId): void {
  const conversation = requireConversation(context, roomId);
  if (conversation.state !== 'blocked') return;
  context.transact((changes) => {
    context.store.conversations.setState(conversation.row, 'active');
    changes.conversation(conversation.row);
    changes.toSend.add(conversation.row);
  });
}

export function setDraft(context: EngineContext, roomId: RoomId, text: string): void {
  const conversation = requireConversation(context, roomId);
  if (conversation.draft === text) return;
  context.transact((changes) => {
    context.store.conversations.setDraft(conversation.row, text);
    changes.conversation(conversation.row);
  });
}

export function setPinned(context: EngineContext, roomId: RoomId, state: 'pinned' | 'unpinned'): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    context.store.conversations.setPinned(conversation.row, state);
    changes.conversation(conversation.row);
  });
}

export function setMuted(context: EngineContext, roomId: RoomId, state: 'muted' | 'unmuted'): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    context.store.conversations.setMuted(conversation.row, state);
    changes.conversation(conversation.row);
  });
}

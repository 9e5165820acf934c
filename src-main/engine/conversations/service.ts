/** What a person does with a conversation besides writing in it. */
import type { HistoryCursor } from '../../../src-shared/contract/views.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import { create } from '@bufbuild/protobuf';
import { writeDraft } from '../drafts/service.ts';
import { checkMaySend, requireConversation } from '../messages/checks.ts';
import { operate } from '../messages/operations.ts';
import { failContent } from '../messages/outbound.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { readUpTo } from '../receipts/read.ts';

export function markRead(context: EngineContext, roomId: RoomId, upTo: HistoryCursor): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    readUpTo(context, changes, conversation, { thread: null, upTo });
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
    for (const { messageId, authorId, isUnread } of store.messages.foreignTexts(conversation.row)) {
      const to = conversation.kind === 'room' ? authorId : null;
      store.receipts.add(conversation.row, messageId, 'delivered', to);
      if (!isUnread && sendsRead) store.receipts.add(conversation.row, messageId, 'read', to);
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
      failContent(context, changes, conversation.row, messageId, 'blocked');
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
  context.transact((changes) => {
    writeDraft(context, changes, conversation, null, text);
  });
}

/** How long messages stay that are written from now on, by anybody in the conversation; 0 for always. */
export function setTimer(context: EngineContext, roomId: RoomId, seconds: number): void {
  const conversation = requireConversation(context, roomId);
  checkMaySend(context, conversation);
  const value = create(wire.TimerSchema, { seconds });
  context.transact((changes) => {
    operate(context, changes, conversation, { case: 'timer', value });
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

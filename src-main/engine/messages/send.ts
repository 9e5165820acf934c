/** Saying something: the message and its place in the outbox are durable when this returns. */
import { create } from '@bufbuild/protobuf';
import { KithError } from '../../../src-shared/errors.ts';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { content } from '../../../src-shared/protocol/frames.ts';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { composeContent, queueProfileIfNews } from '../send/compose.ts';

/**
 * Stores a text message and queues it. Throws `message-empty`, `message-too-long`, `blocked`,
 * `identity-changed`, `not-found`; then nothing was stored.
 */
export function sendText(context: EngineContext, roomId: RoomId, typed: string): MessageId {
  // Lone surrogates would come out differently on the other side.
  const text = typed.toWellFormed();
  checkText(text);
  const conversation = requireConversation(context, roomId);
  checkMaySend(context, conversation);
  return context.transact((changes) => {
    const { store } = context;
    // Writing to somebody answers their request.
    if (conversation.state === 'request') store.conversations.setState(conversation.row, 'active');
    queueProfileIfNews(context, changes, conversation);
    const { header, signed } = composeContent(context, {
      conversation,
      body: { case: 'text', value: create(content.TextSchema, { text }) },
    });
    store.messages.insertOwn({
      messageId: header.messageId,
      conversation: conversation.row,
      author: header.author,
      sentAtMs: header.time.ms,
      text,
      signed,
      integrity: {
        signature: 'valid',
        chain: header.chain?.index === 1 ? 'first' : 'continues',
        clock: 'plausible',
      },
      acceptedOrder: null,
    });
    store.outbox.add({
      conversation: conversation.row,
      audience: 'everyone',
      messageId: header.messageId,
      signed,
      createdAtMs: context.clock.now(),
    });
    store.conversations.touch(conversation.row, context.clock.now());
    store.conversations.setDraft(conversation.row, '');
    changes.message(conversation.row, header.messageId);
    changes.toSend.add(conversation.row);
    return header.messageId;
  });
}

/** Puts a failed message back into the outbox: the same signed bytes. Throws `not-found`. */
export function retryMessage(context: EngineContext, messageId: MessageId): void {
  const { store } = context;
  const place = store.messages.place(messageId);
  const signed = store.messages.signedBytes(messageId);
  if (place?.delivery !== 'failed' || signed === null) {
    throw new KithError('not-found', 'There is no failed message to send again.');
  }
  const conversation = store.conversations.byRow(place.conversation);
  if (conversation !== null) checkMaySend(context, conversation);
  context.transact((changes) => {
    store.messages.requeue(messageId);
    store.outbox.add({
      conversation: place.conversation,
      audience: 'everyone',
      messageId,
      signed,
      createdAtMs: context.clock.now(),
    });
    changes.message(place.conversation, messageId);
    changes.toSend.add(place.conversation);
  });
}

/** Removes a message that failed to be sent. Throws `not-found`. */
export function discardMessage(context: EngineContext, messageId: MessageId): void {
  const place = context.store.messages.place(messageId);
  if (place?.delivery !== 'failed')
    throw new KithError('not-found', 'Only a message that was not sent can be discarded.');
  context.transact((changes) => {
    context.store.messages.remove(messageId);
    changes.removedMessage(place.conversation, messageId);
  });
}

export function requireConversation(context: EngineContext, roomId: RoomId): Conversation {
  const conversation = context.store.conversations.byRoom(roomId);
  if (conversation === null)
    throw new KithError('not-found', 'There is no such conversation on this device.');
  return conversation;
}

export function checkText(text: string, emptiness: 'has-words' | 'may-be-empty' = 'has-words'): void {
  if (emptiness === 'has-words' && text.trim() === '')
    throw new KithError('message-empty', 'The message is empty.');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES) {
    throw new KithError(
      'message-too-long',
      `The message is ${String(bytes - MAX_TEXT_BYTES)} bytes too long. Up to ${String(MAX_TEXT_BYTES)} bytes fit.`,
    );
  }
}

export function checkMaySend(context: EngineContext, conversation: Conversation): void {
  if (conversation.state === 'blocked') {
    throw new KithError('blocked', 'You have blocked this person. Unblock them to write.');
  }
  if (context.store.keys.identity(conversation.peerId)?.state === 'changed') {
    throw new KithError(
      'identity-changed',
      'The safety number of this person has changed. Compare it with them, or confirm the change, before you write.',
    );
  }
}

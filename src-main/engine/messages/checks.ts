/** What has to hold before something is said or done in a conversation. */
import { KithError } from '../../../src-shared/errors.ts';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { MAX_TEXT_BYTES } from '../../../src-shared/protocol/limits.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, DirectConversation } from '../conversations/repository.ts';
import type { MessagePlace } from './repository.ts';

/** Throws `not-found`, `invalid-request` for a room of several. */
export function requireDirect(context: EngineContext, roomId: RoomId): DirectConversation {
  const conversation = requireConversation(context, roomId);
  if (conversation.kind !== 'direct') {
    throw new KithError('invalid-request', 'That can be done in a conversation with one person only.');
  }
  return conversation;
}

/** Throws `not-found`. */
export function requireConversation(context: EngineContext, roomId: RoomId): Conversation {
  const conversation = context.store.conversations.byRoom(roomId);
  if (conversation === null)
    throw new KithError('not-found', 'There is no such conversation on this device.');
  return conversation;
}

export interface Found {
  readonly place: MessagePlace;
  readonly conversation: Conversation;
}

/** A message that is there and was not deleted. Throws `not-found`. */
export function requireMessage(context: EngineContext, messageId: MessageId): Found {
  const place = context.store.messages.place(messageId);
  const conversation = place === null ? null : context.store.conversations.byRow(place.conversation);
  if (place?.kind !== 'text' || place.isDeleted || conversation === null) {
    throw new KithError('not-found', 'There is no such message on this device.');
  }
  return { place, conversation };
}

/** Throws `message-empty`, `message-too-long`. */
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

/** Throws `blocked`, `identity-changed`, `not-a-member`. */
export function checkMaySend(context: EngineContext, conversation: Conversation): void {
  if (conversation.state === 'blocked') {
    throw new KithError('blocked', 'You have blocked this person. Unblock them to write.');
  }
  if (conversation.state === 'left') {
    throw new KithError('not-a-member', 'You are no longer in this room.');
  }
  if (conversation.kind === 'room') return;
  if (context.store.keys.identity(conversation.peerId)?.state === 'changed') {
    throw new KithError(
      'identity-changed',
      'The safety number of this person has changed. Compare it with them, or confirm the change, before you write.',
    );
  }
}

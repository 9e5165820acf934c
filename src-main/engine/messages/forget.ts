/** Takes a message off this device for good, with all that hangs on it. Inside the caller's transaction. */
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { ConversationRow } from '../conversations/repository.ts';

/** A copy that comes later is not taken either. */
export function forgetMessage(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  messageId: MessageId,
): void {
  const { store } = context;
  store.forgotten.add(messageId, context.clock.now());
  const place = store.messages.place(messageId);
  if (place !== null && (place.isOwn || place.mentionsMe)) store.forgotten.markConcerning(messageId);
  store.messages.remove(messageId);
  store.operations.removeAllOf(messageId, conversation);
  store.reactions.removeAllOf(messageId, conversation);
  store.pins.removeAllOf(messageId, conversation);
  store.stars.remove(messageId);
  changes.removedMessage(conversation, messageId);
  const threadRoot = place?.threadRoot ?? null;
  if (threadRoot !== null) changes.thread(conversation, threadRoot);
  changes.forgets = true;
}

/** A contact's key is not the one it was: sending stops until a person has looked at it. */
import { FIRST_DEVICE, type AccountId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { conversationWith } from '../conversations/open.ts';

/** Puts the line into the conversation. Runs inside the transaction that stores the new key. */
export function recordIdentityChange(context: EngineContext, changes: Changes, accountId: AccountId): void {
  const conversation = conversationWith(context, accountId, { newState: 'request' });
  const messageId = context.ids.messageId();
  context.store.messages.insertNotice({
    messageId,
    conversation: conversation.row,
    author: { accountId, deviceId: FIRST_DEVICE },
    sentAtMs: context.clock.now(),
    notice: { type: 'identity-changed' },
    order: context.orderNow(),
  });
  changes.message(conversation.row, messageId);
  context.log.warn('contacts.identity-changed');
}

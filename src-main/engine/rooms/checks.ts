/** What a person may do in a room, by their role in it; in a conversation of two everybody may everything. */
import { KithError } from '../../../src-shared/errors.ts';
import type { RoomRole } from '../../../src-shared/contract/views.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { reaches, type RoomState } from './state.ts';

/** Throws `not-allowed` in a room where only some may write. */
export function checkMayPost(context: EngineContext, conversation: Conversation): void {
  requireRole(context, conversation, ({ policies }) => policies.post, 'write in this room');
}

export function checkMayPin(context: EngineContext, conversation: Conversation): void {
  requireRole(context, conversation, ({ policies }) => policies.pin, 'pin messages in this room');
}

/** To delete what others wrote. Throws `not-yours` in a conversation of two. */
export function checkMayModerate(context: EngineContext, conversation: Conversation): void {
  if (conversation.kind === 'direct') {
    throw new KithError('not-yours', 'Only its author can delete a message for everyone.');
  }
  requireRole(context, conversation, () => 'admin', 'delete what others wrote');
}

function requireRole(
  context: EngineContext,
  conversation: Conversation,
  lowest: (state: RoomState) => RoomRole,
  act: string,
): void {
  if (conversation.kind === 'direct') return;
  const state = context.store.rooms.get(conversation.row);
  const role = state?.members.get(context.requireAccount().accountId)?.role;
  if (state === null || role === undefined) {
    throw new KithError('not-a-member', 'You are no longer in this room.');
  }
  if (reaches(role, lowest(state))) return;
  throw new KithError('not-allowed', `Your role does not let you ${act}.`);
}

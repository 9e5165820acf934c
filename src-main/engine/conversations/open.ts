import type { ConversationState } from '../../../src-shared/contract/views.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import { directRoomId } from '../crypto/signed-content.ts';
import type { DirectConversation } from './repository.ts';

/** The conversation with an account; made where there is none. Runs inside the caller's transaction. */
export function conversationWith(
  context: EngineContext,
  peerId: AccountId,
  { newState }: { readonly newState: ConversationState },
): DirectConversation {
  const { conversations } = context.store;
  const known = conversations.byPeer(peerId);
  if (known !== null) return known;
  const roomId = directRoomId(context.requireAccount().accountId, peerId);
  return conversations.insert(roomId, peerId, newState, context.clock.now());
}

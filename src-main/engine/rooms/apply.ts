/** Contents of rooms that came in: only what a member said, as a member, is taken. */
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, RoomConversation } from '../conversations/repository.ts';
import { needsSignature, parseContent, verifyContent, type ParsedContent } from '../crypto/signed-content.ts';
import type { Arrival } from '../receive/apply.ts';
import type { VerifiedContent } from '../receive/open-envelope.ts';
import { enterRoom } from './receive.ts';
import { reaches } from './state.ts';

/** What comes to one member alone, and may come before that member knows the room or the sender's part in it. */
const CONTROL: ReadonlySet<string> = new Set([
  'roomUpdate',
  'roomWelcome',
  'senderKeyShare',
  'roomJoinRequest',
]);

/** What any content does in a conversation that is there. */
export type ApplyTo = (
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  verified: VerifiedContent,
  arrival: Arrival,
) => void;

export function applyToRoom(
  context: EngineContext,
  changes: Changes,
  { content, signature }: VerifiedContent,
  arrival: Arrival,
  applyTo: ApplyTo,
): void {
  const { store } = context;
  const { body, roomId } = content;
  const conversation = store.conversations.byRoom(roomId);
  if (conversation?.kind !== 'room') {
    if (conversation !== null) return;
    if (body.case === 'roomWelcome' && signature === 'valid')
      enterRoom(context, changes, content, body.value);
    else if (!CONTROL.has(body.case)) keepEarly(context, content, arrival);
    return;
  }
  if (CONTROL.has(body.case)) {
    if (signature === 'valid') applyTo(context, changes, conversation, { content, signature }, arrival);
    return;
  }
  switch (standing(context, conversation, content, arrival)) {
    case 'may':
      applyTo(context, changes, conversation, { content, signature }, arrival);
      return;
    case 'unknown':
      // Somebody may have come in whom the log, as far as it is read here, does not know.
      keepEarly(context, content, arrival);
      changes.roomsToFollow.add(conversation.row);
      return;
    case 'may-not':
      context.log.warn('rooms.not-allowed', { kind: body.case });
      return;
  }
}

type Standing = 'may' | 'may-not' | 'unknown';

/** By the role its author had when the relay accepted it. */
function standing(
  context: EngineContext,
  { row }: RoomConversation,
  { author, body }: ParsedContent,
  { acceptedOrder }: Arrival,
): Standing {
  const role = context.store.rooms.roleAt(row, author.accountId, acceptedOrder);
  if (role === null) return 'unknown';
  const policies = context.store.rooms.get(row)?.policies;
  if (policies === undefined) return 'unknown';
  if (body.case === 'text') return reaches(role, policies.post) ? 'may' : 'may-not';
  if (body.case === 'pin') return reaches(role, policies.pin) ? 'may' : 'may-not';
  if (body.case === 'timer') return 'may-not';
  return 'may';
}

function keepEarly(context: EngineContext, content: ParsedContent, arrival: Arrival): void {
  const { author, roomId, signed } = content;
  const { acceptedOrder, receivedAtMs } = arrival;
  if (!context.store.rooms.addEarly(roomId, { author, acceptedOrder, receivedAtMs, signed })) {
    context.log.warn('rooms.too-early');
  }
}

/** After the room, or who is in it, became known. What nobody in it said is dropped then. */
export function takeEarlyContents(
  context: EngineContext,
  changes: Changes,
  conversation: RoomConversation,
  applyTo: ApplyTo,
): void {
  const { rooms } = context.store;
  for (const early of rooms.early(conversation.roomId)) {
    const content = parseContent(early.signed);
    const role = rooms.roleAt(conversation.row, early.author.accountId, early.acceptedOrder);
    if (role === null) continue;
    rooms.removeEarly(early.row);
    const signature = verifyEarly(context, content);
    applyToRoom(context, changes, { content, signature }, early, applyTo);
  }
}

function verifyEarly(context: EngineContext, content: ParsedContent): VerifiedContent['signature'] {
  if (!needsSignature(content.body)) return 'valid';
  const key = context.store.keys.identity(content.author.accountId)?.key;
  return key !== undefined && verifyContent(content.signed, key) ? 'valid' : 'invalid';
}

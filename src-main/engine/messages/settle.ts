/**
 * Puts together what shows of a message: what was said, and what happened to it since. The same inputs
 * give the same outcome in whatever order they came, so it is asked whenever one of them arrives.
 */
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { mentionsAccount, type Extras } from './extras.ts';
import { reaches } from '../rooms/state.ts';
import type { Deletion, Edit } from './operations-repository.ts';
import type { MessagePlace, OriginalText } from './repository.ts';

interface Wording {
  readonly text: string;
  readonly extras: Extras;
  /** Null for the original. */
  readonly editedAtMs: number | null;
}

/**
 * The last edit, or what was said first: an edit always follows what it changes, whatever clocks say. It
 * changes words and mentions; what a message answers stays.
 */
function shownWording(original: OriginalText, edits: readonly Edit[]): Wording {
  const last = edits.reduce<Edit | null>(
    (newest, edit) => (newest === null || edit.stamp > newest.stamp ? edit : newest),
    null,
  );
  if (last === null) return { ...original, editedAtMs: null };
  const { mentions: _mentions, ...kept } = original.extras;
  return { text: last.text, extras: { ...kept, ...last.extras }, editedAtMs: last.atMs };
}

/** Runs inside the caller's transaction. Does nothing while the message itself has not come. */
export function settleMessage(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  messageId: MessageId,
): void {
  const place = context.store.messages.place(messageId);
  if (place?.conversation !== conversation || place.kind !== 'text' || place.isDeleted) return;
  const deletion = context.store.operations
    .deletions(messageId, conversation)
    .find((candidate) => mayDelete(context, place, candidate));
  if (deletion !== undefined) {
    eraseWords(context, changes, place, messageId, deletion.by);
    return;
  }
  const original = context.store.messages.original(messageId);
  if (original === null) return;
  const edits = context.store.operations.edits(messageId, conversation, place.authorId);
  const { text, extras, editedAtMs } = shownWording(original, edits);
  const ownId = context.requireAccount().accountId;
  const mentions = !place.isOwn && mentionsAccount(extras, ownId) ? 'me' : 'others';
  context.store.messages.show(messageId, { text, extras, editedAtMs, mentions });
  if (edits.length > 0) context.store.messages.annotate(messageId);
  showMessage(changes, conversation, place, messageId);
}

/** Its author, or who was an admin of the room when the relay accepted the deletion. */
function mayDelete(
  context: EngineContext,
  { conversation, authorId }: MessagePlace,
  { by, acceptedOrder }: Deletion,
): boolean {
  if (by === authorId) return true;
  const order = acceptedOrder ?? context.orderNow();
  const role = context.store.rooms.roleAt(conversation, by, order);
  return role !== null && reaches(role, 'admin');
}

function eraseWords(
  context: EngineContext,
  changes: Changes,
  place: MessagePlace,
  messageId: MessageId,
  by: AccountId,
): void {
  const { store } = context;
  store.messages.markDeleted(messageId, by);
  store.operations.forgetWordings(messageId, place.conversation);
  store.attachments.removeOf(messageId);
  changes.forgets = true;
  showMessage(changes, place.conversation, place, messageId);
}

/** The message looks different; so may the thread it stands in. */
export function showMessage(
  changes: Changes,
  conversation: ConversationRow,
  place: Pick<MessagePlace, 'threadRoot'>,
  messageId: MessageId,
): void {
  changes.message(conversation, messageId);
  if (place.threadRoot !== null) changes.thread(conversation, place.threadRoot);
}

/** Threads: taking part in them, following them, reading them. */
import { create } from '@bufbuild/protobuf';
import type { HistoryCursor } from '../../../src-shared/contract/views.ts';
import { idToBytes, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, ConversationRow } from '../conversations/repository.ts';
import { writeDraft } from '../drafts/service.ts';
import { requireConversation, requireMessage } from '../messages/checks.ts';
import { tellOwnDevices } from '../own-devices.ts';
import { readUpTo } from '../receipts/read.ts';
import type { RoomId } from '../../../src-shared/ids.ts';

export interface ThreadPlace {
  readonly roomId: RoomId;
  readonly root: MessageId;
}

/** The thread a reply to this message belongs to: replies do not branch again. Throws `not-found`. */
export function threadOf(
  context: EngineContext,
  conversation: Conversation,
  messageId: MessageId,
): MessageId {
  // The root may be gone from this device; its thread goes on.
  if (context.store.threads.get(conversation.row, messageId) !== null) return messageId;
  const { place } = requireMessage(context, messageId);
  return place.conversation === conversation.row ? (place.threadRoot ?? messageId) : messageId;
}

/** A reply came or was written. Runs inside the caller's transaction. */
export function noteReply(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  reply: { readonly root: MessageId; readonly speaksTo: 'me' | 'others' },
): void {
  const { store } = context;
  store.threads.ensure(conversation, reply.root);
  store.messages.annotate(reply.root);
  if (reply.speaksTo === 'me' || concernsMe(context, conversation, reply.root)) {
    store.threads.involve(conversation, reply.root);
  }
  changes.thread(conversation, reply.root);
}

/** The first message of a thread came after its replies. Runs inside the caller's transaction. */
export function noteRoot(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  root: MessageId,
): void {
  if (context.store.threads.get(conversation, root) === null) return;
  context.store.messages.annotate(root);
  if (concernsMe(context, conversation, root)) context.store.threads.involve(conversation, root);
  changes.thread(conversation, root);
}

/** Started by this person, or speaking to them. */
function concernsMe(context: EngineContext, conversation: ConversationRow, root: MessageId): boolean {
  const place = context.store.messages.place(root);
  if (place === null) return context.store.forgotten.concernedMe(root);
  return place.conversation === conversation && (place.isOwn || place.mentionsMe);
}

export function followThread(
  context: EngineContext,
  { roomId, root }: ThreadPlace,
  state: 'on' | 'off',
): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    const value = create(wire.FollowSchema, { threadRoot: idToBytes(root), active: state === 'on' });
    const stamp = tellOwnDevices(context, changes, conversation, { case: 'follow', value });
    context.store.threads.choose(conversation.row, root, state, stamp);
    changes.thread(conversation.row, root);
  });
}

export function readThread(context: EngineContext, { roomId, root }: ThreadPlace, upTo: HistoryCursor): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    readUpTo(context, changes, conversation, { thread: root, upTo });
  });
}

export function setThreadDraft(context: EngineContext, { roomId, root }: ThreadPlace, text: string): void {
  const conversation = requireConversation(context, roomId);
  context.transact((changes) => {
    writeDraft(context, changes, conversation, root, text);
  });
}

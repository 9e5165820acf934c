/** What a person sees on a device, as plain data to be compared. */
import type { MessageView } from '../../../src-shared/contract/views.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import { messageVersions } from '../../../src-main/engine/messages/versions.ts';
import type { Replica } from '../engine/replica.ts';

const ALL = 1_000;

export interface VisibleMessage {
  readonly body: unknown;
  readonly place: unknown;
  readonly reactions: unknown;
  readonly isPinned: boolean;
  readonly versions: readonly string[];
}

/** What everybody in the conversation sees alike. */
export interface SharedState {
  /** In the order of the conversation. */
  readonly room: readonly MessageId[];
  readonly threads: ReadonlyMap<MessageId, readonly MessageId[]>;
  readonly messages: ReadonlyMap<MessageId, VisibleMessage>;
  readonly timerS: number;
}

export function sharedState(replica: Replica): SharedState {
  const conversation = replica.store.conversations.byRoom(replica.roomId);
  if (conversation === null) throw new Error('the conversation is gone');
  const timeline = (thread: MessageId | null): readonly MessageView[] =>
    replica.history
      .page({ conversation: conversation.row, thread }, { at: 'newest' }, ALL)
      .messages.filter(({ body }) => body.type !== 'notice');
  const roots = replica.context.store.threads.all(conversation.row);
  const room = timeline(null);
  const threads = new Map(roots.map((root) => [root, timeline(root)] as const));
  const all = [...room, ...[...threads.values()].flat()];
  return {
    room: room.map(({ messageId }) => messageId),
    threads: new Map(
      [...threads]
        .filter(([, replies]) => replies.length > 0)
        .map(([root, replies]) => [root, replies.map(({ messageId }) => messageId)]),
    ),
    messages: new Map(all.map((message) => [message.messageId, visible(replica, message)])),
    timerS: conversation.timerS,
  };
}

function visible(replica: Replica, message: MessageView): VisibleMessage {
  const { messageId, body, inThread, order, reactions, isPinned } = message;
  return {
    // Whether the original is still here to check a quote against is each account's own affair.
    body: body.type === 'text' ? { ...body, quote: body.quote?.messageId ?? null } : body,
    place: { inThread, order },
    reactions: reactions.map(({ emoji, authorIds }) => ({ emoji, authorIds })),
    isPinned,
    versions:
      body.type === 'deleted' ? [] : messageVersions(replica.store, messageId).map(({ text }) => text),
  };
}

/** What the devices of one account agree on among themselves. */
export function ownState(replica: Replica): unknown {
  const shared = sharedState(replica);
  const conversation = replica.store.conversations.byRoom(replica.roomId);
  if (conversation === null) throw new Error('the conversation is gone');
  const roots = replica.store.threads.all(conversation.row);
  const draft = (thread: MessageId | null) => {
    const { newest, older } = replica.store.drafts.get(conversation.row, thread);
    return [newest.text, older.text];
  };
  return {
    ...shared,
    stars: [...shared.messages.keys()].filter((id) => replica.store.stars.isStarred(id)).sort(),
    followed: roots.filter((root) => replica.store.threads.get(conversation.row, root)?.isFollowed === true),
    drafts: [draft(null), ...roots.map(draft)],
  };
}

/** Leaves out what one account has deleted for itself alone. */
export function without(state: SharedState, hidden: (messageId: MessageId) => boolean): SharedState {
  const keep = (ids: readonly MessageId[]): readonly MessageId[] => ids.filter((id) => !hidden(id));
  return {
    room: keep(state.room),
    threads: new Map(
      [...state.threads]
        .map(([root, replies]) => [root, keep(replies)] as const)
        .filter(([, replies]) => replies.length > 0),
    ),
    messages: new Map([...state.messages].filter(([id]) => !hidden(id))),
    timerS: state.timerS,
  };
}

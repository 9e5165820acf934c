/** What a change of a room means for this device, besides the new state. Inside the caller's transaction. */
import { create } from '@bufbuild/protobuf';
import type { Notice } from '../../../src-shared/contract/views.ts';
import { FIRST_DEVICE, idToBytes, type AccountId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { ConversationRow, RoomConversation } from '../conversations/repository.ts';
import { queueContent } from '../send/compose.ts';
import type { ParsedOperation } from './follow.ts';
import { needsNewSecret, needsRekey } from './rules.ts';
import { stateToWire, type RoomState } from './state.ts';

export interface RoomStep extends ParsedOperation {
  readonly before: RoomState;
  readonly after: RoomState;
  readonly order: number;
}

export function afterRoomChange(
  context: EngineContext,
  changes: Changes,
  row: ConversationRow,
  step: RoomStep,
): void {
  const { store } = context;
  const conversation = store.conversations.byRow(row);
  if (conversation?.kind !== 'room') return;
  const own = context.requireAccount();
  const { before, after } = step;
  for (const member of after.members.values()) {
    if (member.accountId !== own.accountId) store.contacts.remember(member.accountId, member.username);
  }
  // A key that somebody outside has is left behind: what is said next is not for them.
  if ([...before.members.keys()].some((id) => !after.members.has(id))) store.senderKeys.retire(row);
  if (after.timerS !== conversation.timerS) store.conversations.setRoomTimer(row, after.timerS);
  if (!after.members.has(own.accountId)) store.conversations.setState(row, 'left');
  else if (conversation.state === 'left') store.conversations.setState(row, 'active');
  note(context, changes, row, step);
  if (step.actorId === own.accountId && step.actorDeviceId === own.deviceId) {
    tellMembers(context, changes, conversation, step);
  }
  if (needsRekey(after, own.accountId)) changes.roomsToRekey.add(row);
  changes.roomsToFollow.add(row);
  changes.conversation(row);
}

/** Those who stay hear that the log moved on, with the new secret; those who came in are welcomed. */
function tellMembers(
  context: EngineContext,
  changes: Changes,
  conversation: RoomConversation,
  { before, after, change }: RoomStep,
): void {
  const ownId = context.requireAccount().accountId;
  const revision = after.revision;
  const newest = context.store.rooms.secrets(conversation.row)[0];
  const secret = newest === undefined || !needsNewSecret(change) ? new Uint8Array() : newest.secret;
  const stayed = [...after.members.keys()].filter((id) => before.members.has(id) && id !== ownId);
  const came = [...after.members.keys()].filter((id) => !before.members.has(id) && id !== ownId);
  const went = [...before.members.keys()].filter((id) => !after.members.has(id) && id !== ownId);
  const update = (secretForThem: Uint8Array) =>
    create(wire.RoomUpdateSchema, {
      roomId: idToBytes(after.roomId),
      revision: BigInt(revision),
      secret: new Uint8Array(secretForThem),
    });
  const queue = (
    recipients: readonly AccountId[],
    body: Parameters<typeof queueContent>[2]['body'],
  ): void => {
    if (recipients.length === 0) return;
    queueContent(context, changes, { conversation, audience: 'peer', recipients, body });
  };
  queue(stayed, { case: 'roomUpdate', value: update(secret) });
  queue(went, { case: 'roomUpdate', value: update(new Uint8Array()) });
  if (newest !== undefined) welcome(context, changes, conversation, after, came);
}

/** Everything that somebody needs who has just come in. */
function welcome(
  context: EngineContext,
  changes: Changes,
  conversation: RoomConversation,
  state: RoomState,
  recipients: readonly AccountId[],
): void {
  const secret = context.store.rooms.secrets(conversation.row)[0]?.secret;
  if (secret === undefined || recipients.length === 0) return;
  const value = create(wire.RoomWelcomeSchema, { state: stateToWire(state), secret });
  queueContent(context, changes, {
    conversation,
    audience: 'peer',
    recipients,
    body: { case: 'roomWelcome', value },
  });
}

/** One quiet line about it. */
function note(context: EngineContext, changes: Changes, conversation: ConversationRow, step: RoomStep): void {
  const notice = noticeOf(step);
  if (notice === null) return;
  const messageId = context.ids.messageId();
  context.store.messages.insertNotice({
    messageId,
    conversation,
    author: { accountId: step.actorId, deviceId: FIRST_DEVICE },
    sentAtMs: step.atMs,
    notice,
    order: step.order,
  });
  changes.message(conversation, messageId);
}

function noticeOf({ actorId: by, change, before, after }: RoomStep): Notice | null {
  const came = [...after.members.keys()].filter((id) => !before.members.has(id));
  const went = [...before.members.keys()].filter((id) => !after.members.has(id));
  switch (change.case) {
    case 'create':
      return { type: 'room', change: 'created', by, whom: [] };
    case 'add':
    case 'join':
      return { type: 'room', change: change.case === 'add' ? 'added' : 'joined', by, whom: came };
    case 'remove':
    case 'leave':
      return { type: 'room', change: change.case === 'remove' ? 'removed' : 'left', by, whom: went };
    case 'details':
      if (before.name !== after.name)
        return { type: 'room', change: 'renamed', by, whom: [], name: after.name };
      return before.topic === after.topic ? null : { type: 'room', change: 'topic', by, whom: [] };
    case 'timer':
      return { type: 'timer', by, seconds: after.timerS };
    default:
      return null;
  }
}

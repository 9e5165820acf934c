import { create } from '@bufbuild/protobuf';
import type { MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { tellOwnDevices } from '../own-devices.ts';
import { threadKey, type Written } from './repository.ts';
import { mergeDraft } from './rules.ts';

/** Runs inside the caller's transaction. */
export function writeDraft(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  thread: MessageId | null,
  text: string,
): void {
  const known = context.store.drafts.get(conversation.row, thread);
  if (known.newest.text === text) return;
  const value = create(wire.DraftSchema, { threadRoot: threadKey(thread), text });
  const stamp = tellOwnDevices(context, changes, conversation, { case: 'draft', value });
  takeDraft(context, changes, conversation, thread, { text, stamp });
}

/** What this device or another one wrote. Runs inside the caller's transaction. */
export function takeDraft(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  thread: MessageId | null,
  written: Written,
): void {
  const known = context.store.drafts.get(conversation.row, thread);
  context.store.drafts.put(conversation.row, thread, mergeDraft(known, written));
  changes.conversation(conversation.row);
  if (thread !== null) changes.thread(conversation.row, thread);
}

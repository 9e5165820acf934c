/** What another device of ours did that concerns no one else. Inside the transaction of its batch. */
import { assertNever } from '../../../src-shared/errors.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import type { ParsedContent } from '../crypto/signed-content.ts';
import { takeDraft } from '../drafts/service.ts';
import { fitText, optionalId } from '../messages/extras.ts';
import { forgetMessage } from '../messages/forget.ts';
import { annotate } from '../messages/operations.ts';
import { ownStamp } from '../own-devices.ts';

export function applyOwnSync(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  content: ParsedContent,
  { change }: wire.OwnSync,
): void {
  const { store } = context;
  const { row } = conversation;
  const stamp = ownStamp(content);
  switch (change.case) {
    case 'star': {
      const messageId = optionalId(change.value.messageId);
      if (messageId !== null && store.stars.put(messageId, onOff(change.value.active), stamp)) {
        annotate(context, changes, row, messageId);
      }
      return;
    }
    case 'hide': {
      const messageId = optionalId(change.value.messageId);
      if (messageId === null || store.forgotten.has(messageId)) return;
      const place = store.messages.place(messageId);
      if (place === null || place.conversation === row) forgetMessage(context, changes, row, messageId);
      return;
    }
    case 'follow': {
      const root = optionalId(change.value.threadRoot);
      if (root !== null && store.threads.choose(row, root, onOff(change.value.active), stamp)) {
        changes.thread(row, root);
      }
      return;
    }
    case 'draft': {
      const { text, threadRoot } = change.value;
      takeDraft(context, changes, conversation, optionalId(threadRoot), { text: fitText(text), stamp });
      return;
    }
    case undefined:
      return;
    default:
      assertNever(change);
  }
}

function onOff(active: boolean): 'on' | 'off' {
  return active ? 'on' : 'off';
}

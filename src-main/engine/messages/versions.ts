/** Everything a message ever said, oldest first; one is what shows. */
import type { MessageVersion } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { MessageId } from '../../../src-shared/ids.ts';
import type { Repositories } from '../repositories.ts';

/** Throws `not-found`, also for what was deleted: its words are gone. */
export function messageVersions(
  store: Pick<Repositories, 'messages' | 'operations'>,
  messageId: MessageId,
): readonly MessageVersion[] {
  const place = store.messages.place(messageId);
  const first = store.messages.firstVersion(messageId);
  if (place === null || first === null) {
    throw new KithError('not-found', 'There is no such message on this device.');
  }
  const edits = store.operations.edits(messageId, place.conversation, place.authorId);
  return [
    { ...first, isShown: edits.length === 0 },
    ...edits.map(({ text, atMs, author, integrity }, index) => ({
      text,
      atMs,
      authorDeviceId: author.deviceId,
      isShown: index === edits.length - 1,
      integrity,
    })),
  ];
}

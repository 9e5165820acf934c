/** Changes that concern this person alone: done here at once, and told to their other devices. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { content as wire } from '../../src-shared/protocol/frames.ts';
import type { Changes } from './changes.ts';
import type { EngineContext } from './context.ts';
import type { Conversation } from './conversations/repository.ts';
import { contentHash } from './crypto/author-chain.ts';
import { stampOf, type Stamp } from './crypto/stamp.ts';
import type { ParsedContent } from './crypto/signed-content.ts';
import { composeContent } from './send/compose.ts';

export type OwnChange = NonNullable<MessageInitShape<typeof wire.OwnSyncSchema>['change']>;

/** Returns the stamp of the change. Runs inside the caller's transaction. */
export function tellOwnDevices(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  change: OwnChange,
): Stamp {
  const { header, signed } = composeContent(context, {
    conversation,
    body: { case: 'ownSync', value: create(wire.OwnSyncSchema, { change }) },
  });
  if (context.requireAccount().ownDeviceIds.length > 1) {
    context.store.outbox.add({
      conversation: conversation.row,
      audience: 'own-devices',
      recipients: null,
      messageId: null,
      signed,
      createdAtMs: context.clock.now(),
    });
    changes.toSend.add(conversation.row);
  }
  return ownStamp({ ...header, signed });
}

/** Our own devices are believed about their clocks: all of them see the same stamp. */
export function ownStamp({ time, author, signed }: Pick<ParsedContent, 'time' | 'author' | 'signed'>): Stamp {
  return stampOf(time, author, contentHash(signed.content), null);
}

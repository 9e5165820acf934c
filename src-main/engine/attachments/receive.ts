/** Files of a text that came in. Runs inside the transaction of its batch, once for each message. */
import type { MessageId } from '../../../src-shared/ids.ts';
import type { content as wire } from '../../../src-shared/protocol/frames.ts';
import { MAX_ATTACHMENTS } from '../../../src-shared/protocol/limits.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { fromWire, type AttachmentFacts } from './pointer.ts';

/** Remembers where the files are. Only thumbnails are fetched unasked, and none from strangers. */
export function storeAttachments(
  context: EngineContext,
  changes: Changes,
  messageId: MessageId,
  attachments: readonly wire.Attachment[],
): void {
  attachments.slice(0, MAX_ATTACHMENTS).forEach((received, position) => {
    const pointer = fromWire(received);
    if (pointer === null) {
      context.log.warn('receive.malformed-attachment');
      return;
    }
    const { thumbnail, ...facts } = pointer;
    const row = insert(context, messageId, position, facts, null);
    if (thumbnail === null) return;
    const small = { ...thumbnail, fileName: 'thumbnail.webp', mediaType: 'image/webp', blurHash: '' };
    const thumbnailRow = insert(context, messageId, position, small, row);
    if (context.store.attachments.byRow(thumbnailRow)?.file !== null) return;
    context.store.attachments.setTransfer(thumbnailRow, 'down', 'queued');
    changes.toTransfer = true;
  });
}

function insert(
  context: EngineContext,
  messageId: MessageId,
  position: number,
  facts: AttachmentFacts,
  thumbnailOf: number | null,
): number {
  const { attachments } = context.store;
  return attachments.insert({
    facts,
    fileId: context.ids.fileId(),
    thumbnailOf,
    messageId,
    position,
    // The same content may be here already, whoever sent it.
    file: attachments.fileByDigest(facts.pointer.digest)?.row ?? null,
    isUnchangedImage: false,
    createdAtMs: context.clock.now(),
  });
}

/** What can be done with attachments, one function a request. */
import type { AttachmentView, StorageUsage } from '../../../src-shared/contract/views.ts';
import type { EngineRequestName, Handlers } from '../../../src-shared/contract/requests.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { FileId } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { FileFolder } from './file-folder.ts';
import { importFile } from './import.ts';
import { partName, type LocalFile, type StoredAttachment, type TransferState } from './repository.ts';
import { saveFile } from './save.ts';
import type { Transfers } from './transfers.ts';

/** A file that was taken in and never sent is forgotten after this. */
const ABANDONED_MS = 7 * 24 * 60 * 60_000;

export interface AttachmentParts {
  readonly context: EngineContext;
  readonly folder: FileFolder;
  readonly transfers: Transfers;
}

type Name = Extract<EngineRequestName, `attachments.${string}` | `storage.${string}`>;

/** Leaves in the folder only what the store knows. Before anything else uses the folder. */
export function tidyFolder({ context, folder }: Pick<AttachmentParts, 'context' | 'folder'>): void {
  const { attachments } = context.store;
  context.transact(() => {
    attachments.removeAbandoned(context.clock.now() - ABANDONED_MS);
    attachments.removeUnusedFiles();
  });
  folder.removeOthers(attachments.knownNames());
}

export function attachmentHandlers(parts: AttachmentParts): Handlers<Name> {
  const { context, folder, transfers } = parts;
  return {
    'attachments.import': async ({ path }) => view(context, await importFile(context, folder, path)),
    'attachments.saveAs': async ({ fileId, path, existing }) => {
      await saveFile(folder, requireLocal(context, fileId), path, existing);
      return null;
    },
    'attachments.get': ({ fileId }) => view(context, fileId),
    'attachments.download': ({ fileId }) => {
      download(parts, fileId);
      return view(context, fileId);
    },
    'attachments.pause': async ({ fileId }) => {
      await change(parts, fileId, 'queued', 'paused');
      return null;
    },
    'attachments.resume': async ({ fileId }) => {
      await change(parts, fileId, 'paused', 'queued');
      transfers.wake();
      return null;
    },
    'attachments.cancel': async ({ fileId }) => {
      await cancel(parts, fileId);
      return null;
    },
    'attachments.openRange': async ({ fileId, start, length }) => {
      const { name, pointer } = requireLocal(context, fileId);
      const pieces: Buffer[] = [];
      for await (const piece of folder.decrypt(name, pointer, start, length)) pieces.push(piece);
      return new Uint8Array(Buffer.concat(pieces));
    },
    'storage.usage': (): StorageUsage => context.store.attachments.usage(),
    'storage.cleanUp': async ({ olderThanMs = 0, largerThanBytes = 0, roomId = null }) => {
      const storedBeforeMs = context.clock.now() - olderThanMs;
      const freedBytes = context.transact(() =>
        context.store.attachments.drop({ storedBeforeMs, minBytes: largerThanBytes, roomId }),
      );
      await removeUnused(parts);
      return { freedBytes };
    },
  };
}

function view(context: EngineContext, fileId: FileId): AttachmentView {
  const found = context.store.attachments.view(fileId);
  if (found === null) throw noSuchFile();
  return found;
}

function requireAttachment(context: EngineContext, fileId: FileId): StoredAttachment {
  const attachment = context.store.attachments.get(fileId);
  if (attachment === null) throw noSuchFile();
  return attachment;
}

function requireLocal(context: EngineContext, fileId: FileId): LocalFile {
  const { file } = requireAttachment(context, fileId);
  const local = file === null ? null : context.store.attachments.file(file);
  if (local === null) throw new KithError('not-found', 'The file is not on this device. Download it first.');
  return local;
}

function noSuchFile(): KithError {
  return new KithError('not-found', 'There is no such file on this device.');
}

function download({ context, transfers }: AttachmentParts, fileId: FileId): void {
  const attachment = requireAttachment(context, fileId);
  if (attachment.file !== null || attachment.transfer === 'queued') return;
  context.transact((changes) => {
    context.store.attachments.setTransfer(attachment.row, 'down', 'queued');
    showMessage(context, changes, attachment);
  });
  tell(transfers, context, fileId);
  transfers.wake();
}

async function change(
  { context, transfers }: AttachmentParts,
  fileId: FileId,
  from: TransferState,
  to: TransferState,
): Promise<void> {
  const all = family(context, requireAttachment(context, fileId));
  context.transact((changes) => {
    for (const attachment of all) {
      if (attachment.transfer !== from || attachment.direction === null) continue;
      context.store.attachments.setTransfer(attachment.row, attachment.direction, to);
      showMessage(context, changes, attachment);
    }
  });
  for (const { row } of all) await transfers.interrupt(row);
  tell(transfers, context, fileId);
}

async function cancel(parts: AttachmentParts, fileId: FileId): Promise<void> {
  const { context, folder, transfers } = parts;
  const attachment = requireAttachment(context, fileId);
  if (attachment.thumbnailOf !== null) throw noSuchFile();
  if (attachment.messageId === null) {
    context.transact(() => {
      context.store.attachments.remove(attachment.row);
    });
  } else if (attachment.direction === 'up') {
    await cancelMessage(parts, attachment);
  } else if (attachment.transfer !== null && attachment.transfer !== 'done') {
    context.transact((changes) => {
      context.store.attachments.setTransfer(attachment.row, 'down', 'cancelled');
      showMessage(context, changes, attachment);
    });
    await transfers.interrupt(attachment.row);
    await folder.remove(partName(attachment.fileId));
    tell(transfers, context, fileId);
  }
  await removeUnused(parts);
}

/** The unsent message goes, with all its files. One that is signed is on its way and stays. */
async function cancelMessage(
  { context, transfers }: AttachmentParts,
  attachment: StoredAttachment,
): Promise<void> {
  const { store } = context;
  const { messageId } = attachment;
  const place = messageId === null ? null : store.messages.place(messageId);
  if (messageId === null || place === null || store.messages.signedBytes(messageId) !== null) {
    throw new KithError('not-found', 'The message is on its way already.');
  }
  const all = store.attachments.ofMessage(messageId);
  context.transact((changes) => {
    store.messages.remove(messageId);
    changes.removedMessage(place.conversation, messageId);
  });
  for (const one of all) {
    await transfers.interrupt(one.row);
    transfers.tell(one, 'cancelled', 0);
    if (one.transfer !== 'done') await transfers.abandonUpload(one);
  }
}

function family(context: EngineContext, attachment: StoredAttachment): readonly StoredAttachment[] {
  const thumbnail = context.store.attachments.thumbnail(attachment.row);
  return thumbnail === null ? [attachment] : [attachment, thumbnail];
}

function tell(transfers: Transfers, context: EngineContext, fileId: FileId): void {
  const attachment = context.store.attachments.get(fileId);
  const state = attachment?.transfer ?? null;
  if (attachment !== null && state !== null) transfers.tell(attachment, state, 0);
}

function showMessage(
  context: EngineContext,
  changes: Parameters<Parameters<EngineContext['transact']>[0]>[0],
  { messageId }: StoredAttachment,
): void {
  const place = messageId === null ? null : context.store.messages.place(messageId);
  if (messageId !== null && place !== null) changes.message(place.conversation, messageId);
}

/** First forgotten, then removed: a crash in between leaves a file that the next start removes. */
export async function removeUnused({
  context,
  folder,
}: Pick<AttachmentParts, 'context' | 'folder'>): Promise<void> {
  const names = context.transact(() => context.store.attachments.removeUnusedFiles());
  for (const name of names) await folder.remove(name);
}

/** Files from the command line: here the caller is the person, so paths are taken as they are. */
import { resolve } from 'node:path';
import type { AttachmentView } from '../../src-shared/contract/views.ts';
import { KithError, serializeError } from '../../src-shared/errors.ts';
import type { FileId } from '../../src-shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Emit } from './output.ts';

export interface DownloadOperation {
  readonly fileId: string;
  readonly path: string;
  readonly overwrite?: boolean | undefined;
  readonly ref?: string | number | undefined;
}

export interface AttachOperation {
  readonly to: string;
  readonly path: string | readonly string[];
  readonly text: string;
  readonly ref?: string | number | undefined;
}

export async function attach(engine: Engine, operation: AttachOperation, emit: Emit): Promise<void> {
  const { roomId } = await engine.request('conversations.start', { username: operation.to });
  const paths = typeof operation.path === 'string' ? [operation.path] : operation.path;
  const files: AttachmentView[] = [];
  for (const path of paths) files.push(await engine.request('attachments.import', { path: resolve(path) }));
  const attachments = files.map((file) => file.fileId);
  const { messageId } = await engine.request('messages.send', { roomId, text: operation.text, attachments });
  emit('queued', { ref: operation.ref, messageId, attachments: files.map(describeAttachment) });
}

/** Returns at once; says `downloaded` or `error` when it has come to an end, unless the session ends before. */
export async function download(engine: Engine, operation: DownloadOperation, emit: Emit): Promise<void> {
  const fileId = operation.fileId as FileId;
  const save = async (): Promise<void> => {
    const path = resolve(operation.path);
    const existing = operation.overwrite === true ? 'overwrite' : 'keep';
    await engine.request('attachments.saveAs', { fileId, path, existing });
    emit('downloaded', { ref: operation.ref, fileId, path });
  };
  const fail = (error: unknown): void => {
    emit('error', { op: 'download', ref: operation.ref, fileId, ...serializeError(error) });
  };
  const unsubscribe = engine.subscribe((event) => {
    if (event.type !== 'transfer' || event.fileId !== fileId || event.direction !== 'down') return;
    if (event.state !== 'done' && event.state !== 'failed' && event.state !== 'cancelled') return;
    unsubscribe();
    if (event.state === 'done') save().catch(fail);
    else {
      const reason = event.state === 'failed' ? (event.reason ?? 'internal') : 'cancelled';
      fail(new KithError(reason, 'The file could not be downloaded.'));
    }
  });
  try {
    const { isLocal } = await engine.request('attachments.download', { fileId });
    if (!isLocal) return;
    unsubscribe();
    await save();
  } catch (error) {
    unsubscribe();
    throw error;
  }
}

export function describeAttachment(attachment: AttachmentView): Record<string, unknown> {
  const { fileId, name, mediaType, size, image } = attachment;
  return {
    fileId,
    name,
    type: mediaType,
    size,
    ...(image === null ? {} : { width: image.width, height: image.height }),
    ...(attachment.isUnchangedImage ? { note: 'sent unchanged: the image could not be encoded anew' } : {}),
  };
}

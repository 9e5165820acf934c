/** Sharing files between people of a test. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachmentView, MessageView } from '../../../src-shared/contract/views.ts';
import type { FileId, MessageId } from '../../../src-shared/ids.ts';
import type { Cleanup } from '../relay/relays.ts';
import type { Person } from './person.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file of this computer. */
export function newFile(cleanup: Cleanup, bytes: Uint8Array, name = 'notes.pdf'): string {
  const path = join(cleanup.folder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** Sends a message with files. */
export async function attach(
  person: Person,
  to: string,
  text: string,
  paths: readonly string[],
): Promise<MessageId> {
  const attachments: FileId[] = [];
  for (const path of paths)
    attachments.push((await person.engine.request('attachments.import', { path })).fileId);
  const { roomId } = await person.engine.request('conversations.start', { username: to });
  return (await person.engine.request('messages.send', { roomId, text, attachments })).messageId;
}

/** The first file of a message that came, or comes. */
export async function receivedFile(person: Person, text: string): Promise<AttachmentView> {
  const { message } = await person.received(text);
  const [file] = message.attachments;
  if (file === undefined) throw new Error('no file came');
  return file;
}

/** Downloads and saves. Throws with the state and the reason when that fails. */
export async function fetched(cleanup: Cleanup, person: Person, fileId: FileId): Promise<Buffer> {
  const ended = person.nextEvent(
    'transfer',
    (event) => event.fileId === fileId && event.state !== 'running' && event.state !== 'queued',
  );
  const { isLocal } = await person.engine.request('attachments.download', { fileId });
  if (!isLocal) {
    const { state, reason } = await ended;
    if (state !== 'done') throw new Error(`${state}: ${String(reason)}`);
  }
  const path = join(cleanup.folder(), 'saved');
  await person.engine.request('attachments.saveAs', { fileId, path });
  return readFileSync(path);
}

/** Paths of the blobs at a relay. */
export const blobsOf = (directory: string): string[] =>
  readdirSync(join(directory, 'media', 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

export async function messageOf(
  person: Person,
  other: string,
  messageId: MessageId,
): Promise<MessageView | undefined> {
  return (await person.messages(other)).find((message) => message.messageId === messageId);
}

export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('it is missing');
  return value;
}

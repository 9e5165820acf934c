/** Encrypted stores in folders that go away, without an engine on top. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { v4, v7 } from 'uuid';
import { repositories, type Repositories } from '../../../src-main/engine/repositories.ts';
import type { Conversation } from '../../../src-main/engine/conversations/repository.ts';
import { openDatabase, type StoreDatabase } from '../../../src-main/engine/store/database.ts';
import {
  FIRST_DEVICE,
  parseId,
  type AccountId,
  type DeviceAddress,
  type MessageId,
  type RoomId,
} from '../../../src-shared/ids.ts';
import type { Cleanup } from '../relay/relays.ts';

export interface TestStore {
  readonly path: string;
  readonly key: Uint8Array;
  readonly database: StoreDatabase;
  readonly store: Repositories;
}

export function openStore(
  cleanup: Cleanup,
  at: { readonly path: string; readonly key: Uint8Array } = {
    path: join(cleanup.folder(), 'kith.db'),
    key: new Uint8Array(randomBytes(32)),
  },
): TestStore {
  const database = openDatabase(at.path, at.key);
  cleanup.add(() => {
    if (database.write.open) database.close();
  });
  return { ...at, database, store: repositories(database.write) };
}

export const newAccountId = (): AccountId => parseId<AccountId>(v4());
export const newMessageId = (): MessageId => parseId<MessageId>(v7());

export function newConversation(store: Repositories): Conversation {
  return store.conversations.insert(parseId<RoomId>(v4()), newAccountId(), 'active', 0);
}

/** A message of ours that is queued; returns its id. */
export function insertOwnText(store: Repositories, conversation: Conversation, text: string): MessageId {
  const messageId = newMessageId();
  const author: DeviceAddress = { accountId: newAccountId(), deviceId: FIRST_DEVICE };
  store.messages.insertOwn({
    messageId,
    conversation: conversation.row,
    author,
    sentAtMs: 0,
    message: { text, extras: {}, threadRoot: null, place: 'room', expiresAfterS: null },
    mentions: 'others',
    signed: { content: new Uint8Array([1]), signature: new Uint8Array([2]) },
    chain: null,
    integrity: { signature: 'valid', chain: 'first', clock: 'plausible' },
    acceptedOrder: null,
  });
  return messageId;
}

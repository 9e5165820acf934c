/** People: finding them, and being sure it is them. */
import { Fingerprint, PublicKey } from '@signalapp/libsignal-client';
import type { ContactView, SafetyNumber } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { idFromBytes, idToBytes, type AccountId } from '../../../src-shared/ids.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import { USERNAME_PATTERN } from '../../../src-shared/protocol/limits.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { conversationWith } from '../conversations/open.ts';
import type { DirectConversation } from '../conversations/repository.ts';
import type { RelayConnection } from '../sync/connection.ts';
import { contactView } from './view.ts';

/** Signal's parameters for safety numbers: 60 digits that take some milliseconds to compute. */
const FINGERPRINT_ITERATIONS = 5200;
const FINGERPRINT_VERSION = 2;
/** A connection that is just being made is worth waiting for; a person waits no longer than this. */
const LOOKUP_PATIENCE_MS = 10_000;

export function normalizeUsername(typed: string): string {
  return typed.trim().replace(/^@/, '').toLowerCase();
}

/**
 * The conversation with a username, looked up at the relay where it is not known. Throws
 * `username-invalid`, `username-unknown`, `cannot-message-self`, `offline`, and what the relay refuses.
 */
export async function startConversation(
  context: EngineContext,
  connection: RelayConnection,
  typed: string,
): Promise<DirectConversation> {
  const username = normalizeUsername(typed);
  const account = context.requireAccount();
  if (username === account.username) throw new KithError('cannot-message-self', 'That is your own username.');
  if (!USERNAME_PATTERN.test(username)) {
    throw new KithError(
      'username-invalid',
      'A username is 3 to 32 letters, digits, dots, hyphens or underscores.',
    );
  }
  const known = context.store.contacts.byUsername(username);
  if (known !== null) return openWith(context, known.accountId);
  await connection.whenOnline(LOOKUP_PATIENCE_MS);
  const { accountId, key } = parseFound(await connection.api.lookUp({ username }), username);
  if (accountId === account.accountId) throw notAnAccount();
  context.transact(() => {
    context.store.contacts.remember(accountId, username);
    // The first key seen is the one trusted from now on.
    if (context.store.keys.identity(accountId) === null) {
      context.store.keys.saveIdentity(accountId, key, 'unverified', context.clock.now());
    }
  });
  return openWith(context, accountId);
}

function notAnAccount(cause?: unknown): KithError {
  return new KithError('protocol', 'The relay answered with an account that cannot be.', { cause });
}

/** Throws `protocol` for an answer that is no account, or another than was asked for. */
function parseFound(found: relay.Account, username: string): { accountId: AccountId; key: PublicKey } {
  if (found.username !== username) throw notAnAccount();
  try {
    return {
      accountId: idFromBytes<AccountId>(found.accountId),
      key: PublicKey.deserialize(new Uint8Array(found.identityKey)),
    };
  } catch (error) {
    throw notAnAccount(error);
  }
}

function openWith(context: EngineContext, accountId: AccountId): DirectConversation {
  return context.transact((changes) => {
    const conversation = conversationWith(context, accountId, { newState: 'active' });
    changes.conversation(conversation.row);
    return conversation;
  });
}

/** Throws `not-found` before the first message: without a key there is nothing to compare. */
export function safetyNumber(context: EngineContext, accountId: AccountId): SafetyNumber {
  const account = context.requireAccount();
  const identity = context.store.keys.identity(accountId);
  if (identity === null) throw new KithError('not-found', 'There is no key of this person yet.');
  const fingerprint = Fingerprint.new(
    FINGERPRINT_ITERATIONS,
    FINGERPRINT_VERSION,
    idToBytes(account.accountId),
    account.publicKey,
    idToBytes(accountId),
    identity.key,
  );
  return {
    digits: fingerprint.displayableFingerprint().toString(),
    scannable: Buffer.from(fingerprint.scannableFingerprint().toBuffer()).toString('base64'),
  };
}

/** After comparing safety numbers; also ends the hold that a changed key puts on sending. */
export function setVerified(
  context: EngineContext,
  accountId: AccountId,
  state: 'verified' | 'unverified',
): ContactView {
  if (context.store.keys.identity(accountId) === null) {
    throw new KithError('not-found', 'There is no key of this person yet.');
  }
  context.transact((changes) => {
    context.store.keys.setIdentityState(accountId, state);
    touch(context, changes, accountId);
  });
  context.sessions.forgetIdentity(accountId);
  return contactView(context.store, accountId);
}

/** The person saw that the key changed and goes on. Other states stay as they are. */
export function acknowledgeIdentity(context: EngineContext, accountId: AccountId): ContactView {
  if (context.store.keys.identity(accountId)?.state !== 'changed')
    return contactView(context.store, accountId);
  return setVerified(context, accountId, 'unverified');
}

function touch(context: EngineContext, changes: Changes, accountId: AccountId): void {
  const conversation = context.store.conversations.byPeer(accountId);
  if (conversation === null) return;
  changes.conversation(conversation.row);
  changes.toSend.add(conversation.row);
}

/**
 * Fills in the ciphertexts that an envelope lacks. The ratchets' progress and the ciphertexts are
 * committed together, before any of it leaves: whatever happens then, a retry sends the same bytes.
 */
import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import { addressKey } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { Changes } from '../changes.ts';
import type { Conversation, RoomConversation } from '../conversations/repository.ts';
import { encodePacket } from '../crypto/packet.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { devicesToReach, isForRoom } from './destinations.ts';
import type { StoredCiphertext, StoredEnvelope } from './envelope-repository.ts';
import type { Draft } from './form-envelope.ts';
import { currentSenderKey } from './sender-key.ts';
import { startSessions } from './start-sessions.ts';

/** Encrypts a new envelope and stores it; what it carries leaves the queue in the same transaction. */
export async function encryptDraft(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  draft: Draft,
): Promise<void> {
  const { store } = context;
  await encrypt(context, relayApi, conversation, draft.envelope, (changes, ciphertexts) => {
    store.envelopes.insert(draft.envelope);
    if (draft.sharesKey) {
      for (const ciphertext of ciphertexts) store.senderKeys.addShare(conversation.row, ciphertext);
    }
    for (const item of draft.items) {
      store.outbox.assign(item, draft.envelope.envelopeId);
      if (item.messageId === null) continue;
      store.messages.markEncrypted(item.messageId);
      changes.message(conversation.row, item.messageId);
    }
    for (const receipt of draft.receipts) store.receipts.assign(receipt, draft.envelope.envelopeId);
  });
}

/** Encrypts a stored envelope for the devices it does not cover yet. */
export async function completeEnvelope(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: StoredEnvelope,
): Promise<void> {
  await encrypt(context, relayApi, conversation, envelope, () => undefined);
}

type StoreEnvelope = (changes: Changes, ciphertexts: readonly StoredCiphertext[]) => void;

async function encrypt(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: StoredEnvelope,
  storeEnvelope: StoreEnvelope,
): Promise<void> {
  if (conversation.kind === 'room' && isForRoom(conversation, envelope)) {
    await encryptOnce(context, conversation, envelope, storeEnvelope);
    return;
  }
  await ensureSessions(context, relayApi, conversation, envelope);
  await context.cryptoLane.run(async () => {
    const covered = new Set(
      context.store.envelopes.ciphertexts(envelope.envelopeId).map((stored) => addressKey(stored.address)),
    );
    const { devices } = devicesToReach(context, conversation, envelope);
    const lacking = devices.filter((device) => !covered.has(addressKey(device)));
    const plaintext = encodePacket(envelope.batch, envelope.resendOf);
    const unit = context.newUnit();
    const now = new Date(context.clock.now());
    const ciphertexts: StoredCiphertext[] = [];
    for (const address of lacking) {
      const session = unit.session(address);
      // A session may have gone since it was ensured; the next round starts it again.
      if (session?.hasCurrentState(now) !== true) continue;
      const registrationId = session.remoteRegistrationId();
      const ciphertext = await context.ciphers.encrypt(unit, address, plaintext, now);
      ciphertexts.push({ address, registrationId, ciphertext });
    }
    context.transactWithKeys(unit, (changes) => {
      storeEnvelope(changes, ciphertexts);
      for (const ciphertext of ciphertexts)
        context.store.envelopes.saveCiphertext(envelope.envelopeId, ciphertext);
    });
  });
}

/** With the sender key that everybody in the room was sent before. */
async function encryptOnce(
  context: EngineContext,
  conversation: RoomConversation,
  envelope: StoredEnvelope,
  storeEnvelope: StoreEnvelope,
): Promise<void> {
  // A retry sends the same bytes.
  if (context.store.envelopes.sharedCiphertext(envelope.envelopeId) !== null) return;
  const { distributionId } = currentSenderKey(context, conversation);
  await context.cryptoLane.run(async () => {
    const unit = context.newUnit();
    const plaintext = encodePacket(envelope.batch, envelope.resendOf);
    // A room of one has nobody to have made the key for.
    await context.ciphers.distribution(unit, distributionId);
    const ciphertext = await context.ciphers.encryptForRoom(unit, distributionId, plaintext);
    context.transactWithKeys(unit, (changes) => {
      storeEnvelope(changes, []);
      context.store.envelopes.setSharedCiphertext(envelope.envelopeId, ciphertext);
      context.store.senderKeys.countMessage(conversation.row);
    });
  });
}

export async function ensureSessions(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: Pick<StoredEnvelope, 'audience' | 'recipients' | 'target'>,
): Promise<void> {
  const { devices, unknownAccounts } = devicesToReach(context, conversation, envelope);
  for (const accountId of unknownAccounts) await startSessions(context, relayApi, accountId, []);
  const now = new Date(context.clock.now());
  const without = devices.filter((device) => context.sessions.session(device)?.hasCurrentState(now) !== true);
  for (const [accountId, deviceIds] of byAccount(without)) {
    await startSessions(context, relayApi, accountId, deviceIds);
  }
}

function byAccount(devices: readonly DeviceAddress[]): ReadonlyMap<AccountId, readonly DeviceId[]> {
  const accounts = new Map<AccountId, DeviceId[]>();
  for (const { accountId, deviceId } of devices) {
    accounts.set(accountId, [...(accounts.get(accountId) ?? []), deviceId]);
  }
  return accounts;
}

/**
 * Fills in the ciphertexts that an envelope lacks. The ratchets' progress and the ciphertexts are
 * committed together, before any of it leaves: whatever happens then, a retry sends the same bytes.
 */
import type { AccountId, DeviceAddress, DeviceId } from '../../../src-shared/ids.ts';
import { addressKey } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation } from '../conversations/repository.ts';
import { encodePacket } from '../crypto/packet.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { devicesToReach } from './destinations.ts';
import type { StoredCiphertext, StoredEnvelope } from './envelope-repository.ts';
import type { Draft } from './form-envelope.ts';
import { startSessions } from './start-sessions.ts';

/** Encrypts a new envelope and stores it; what it carries leaves the queue in the same transaction. */
export async function encryptDraft(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  draft: Draft,
): Promise<void> {
  const { store } = context;
  await encrypt(context, relayApi, conversation, draft.envelope, (changes) => {
    store.envelopes.insert(draft.envelope);
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

type StoreEnvelope = Parameters<EngineContext['transact']>[0];

async function encrypt(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: StoredEnvelope,
  storeEnvelope: StoreEnvelope,
): Promise<void> {
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
      storeEnvelope(changes);
      for (const ciphertext of ciphertexts)
        context.store.envelopes.saveCiphertext(envelope.envelopeId, ciphertext);
    });
  });
}

async function ensureSessions(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  envelope: StoredEnvelope,
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

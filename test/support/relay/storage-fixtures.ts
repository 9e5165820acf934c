/** Accounts, keys and envelopes for whoever tests a storage driver of the relay. */
import { v4, v7 } from 'uuid';
import { expect } from 'vitest';
import type { Registration } from '../../../src-relay/services/accounts/storage.ts';
import type { AcceptOutcome, MailEnvelope, MailTerms } from '../../../src-relay/services/mail/storage.ts';
import type { PreKeyUpload } from '../../../src-relay/services/pre-keys/storage.ts';
import type { RelayStorage } from '../../../src-relay/storage/storage.ts';
import {
  idToBytes,
  parseDeviceId,
  parseId,
  type AccountId,
  type DeviceAddress,
} from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';

export const NOW_MS = Date.UTC(2026, 0, 1);
export const TERMS: MailTerms = { nowMs: NOW_MS, mailboxEnvelopes: 1000, mailboxBytes: 1_000_000 };
export const PAGE = { maxEnvelopes: 1000, maxBytes: 10_000_000 };

function key(keyId: number, label: string): { keyId: number; publicKey: Uint8Array; signature: Uint8Array } {
  return {
    keyId,
    publicKey: Buffer.from(`key ${label} ${String(keyId)}`),
    signature: Buffer.from('signature'),
  };
}

export function upload(ids: readonly number[], label = 'a'): PreKeyUpload {
  return {
    signedPreKey: key(1, label),
    lastResortKyberPreKey: key(2, label),
    oneTimePreKeys: ids.map((id) => key(id, label)),
    oneTimeKyberPreKeys: ids.map((id) => key(id, `${label}-kyber`)),
    oneTimeKeys: 'add',
  };
}

export function registration(changes: Partial<Registration> = {}): Registration {
  const accountId = changes.accountId ?? parseId<AccountId>(v4());
  return {
    accountId,
    deviceId: parseDeviceId(1),
    registrationId: 11,
    username: `user-${accountId.slice(0, 8)}`,
    identityKey: Buffer.from(`identity of ${accountId}`),
    preKeys: upload([]),
    installation: 'first',
    ...changes,
  };
}

export async function register(
  storage: RelayStorage,
  changes: Partial<Registration> = {},
): Promise<Registration> {
  const made = registration(changes);
  expect(await storage.accounts.register(made, 'open', 200, NOW_MS)).toMatchObject({ kind: 'registered' });
  return made;
}

/** An envelope with one copy for each device: its own text, or the shared one. */
export function envelope(
  source: DeviceAddress,
  to: readonly Registration[],
  text: string,
  shared?: string,
): MailEnvelope {
  const ciphertext = shared === undefined ? Buffer.from(text) : null;
  const byAccount = Map.groupBy(to, (device) => device.accountId);
  return {
    source: { accountId: source.accountId, deviceId: source.deviceId },
    envelopeId: idToBytes(parseId(v7())),
    destinations: [...byAccount].map(([accountId, devices]) => ({
      accountId,
      coverage: 'all-devices' as const,
      devices: devices.map(({ deviceId, registrationId }) => ({
        deviceId,
        registrationId,
        type: relay.CiphertextType.WHISPER,
        ciphertext,
      })),
    })),
    shared: shared === undefined ? null : Buffer.from(shared),
    sizeBytes: (shared ?? text).length,
  };
}

export async function accept(
  storage: RelayStorage,
  envelopes: readonly MailEnvelope[],
  terms: Partial<MailTerms> = {},
): Promise<readonly AcceptOutcome[]> {
  return storage.mail.commit({ envelopes, acknowledgements: [] }, { ...TERMS, ...terms });
}

export function orders(outcomes: readonly AcceptOutcome[]): number[] {
  return outcomes.map((outcome) => ('order' in outcome ? outcome.order : -1));
}

export async function texts(storage: RelayStorage, address: DeviceAddress, afterSeq = 0): Promise<string[]> {
  const page = await storage.mail.page(address, afterSeq, PAGE);
  return page.map((stored) => Buffer.from(stored.ciphertext).toString());
}

/** The requests of an authenticated device: from frame to service to answer. */
import { idFromBytes, idToBytes, type AccountId, type DeviceAddress } from '../../src-shared/ids.ts';
import type { relay } from '../../src-shared/protocol/frames.ts';
import type { Session } from '../services/accounts/service.ts';
import type { MailSource } from '../services/mail/storage.ts';
import { badFrame, ErrorCode, Refusal } from '../services/refusal.ts';
import type { GatewayContext } from './context.ts';
import {
  account,
  deliverEphemeral,
  encodeFrame,
  mediaGrant,
  preKeyBundles,
  preKeyCounts,
  PUSH,
  sendResults,
  type ServerBody,
} from './frames.ts';

export async function answerSend(
  context: GatewayContext,
  source: DeviceAddress,
  send: relay.Send,
): Promise<ServerBody> {
  if (context.lifecycle() === 'stopping') {
    throw new Refusal(ErrorCode.SHUTTING_DOWN, 'The relay is stopping.', context.limits.shuttingDownRetryMs);
  }
  return sendResults(await context.mail.send(source, send));
}

export async function answerFetch(
  context: GatewayContext,
  requester: DeviceAddress,
  fetch: relay.FetchPreKeys,
): Promise<ServerBody> {
  const target = parseAccountId(fetch.accountId);
  return preKeyBundles(await context.preKeys.fetch(requester, target, fetch.deviceIds));
}

export async function answerUpload(
  context: GatewayContext,
  address: DeviceAddress,
  upload: relay.UploadPreKeys,
): Promise<ServerBody> {
  return preKeyCounts(await context.preKeys.upload(address, upload));
}

export async function answerLookup(
  context: GatewayContext,
  requester: DeviceAddress,
  lookup: relay.LookupAccount,
): Promise<ServerBody> {
  switch (lookup.by.case) {
    case 'username':
      return account(await context.accounts.lookup(requester, { username: lookup.by.value }));
    case 'accountId':
      return account(
        await context.accounts.lookup(requester, { accountId: parseAccountId(lookup.by.value) }),
      );
    case undefined:
      throw badFrame('A lookup names a username or an account id.');
  }
}

export async function answerMediaAccess(
  context: GatewayContext,
  requester: DeviceAddress,
): Promise<ServerBody> {
  return mediaGrant(await context.media.grant(requester.accountId), context.limits);
}

/** Passes an ephemeral envelope on to those of its devices that are connected. */
export function passOnEphemeral(
  context: GatewayContext,
  session: Session,
  message: relay.SendEphemeral,
): void {
  if (message.envelope === undefined) throw badFrame('An ephemeral frame holds an envelope.');
  const admitted = context.mail.admitEphemeral(session.address, message.envelope);
  if (admitted === undefined) return;
  const source: MailSource = {
    accountId: idToBytes(session.address.accountId),
    deviceId: session.address.deviceId,
    username: session.account.username,
  };
  for (const { accountId, devices } of admitted.destinations) {
    for (const { deviceId, type, ciphertext } of devices) {
      if (accountId === session.address.accountId && deviceId === session.address.deviceId) continue;
      const peer = context.registry.find(accountId, deviceId);
      const bytes = ciphertext ?? admitted.shared;
      if (peer === undefined || bytes === null) continue;
      const body = deliverEphemeral({ source, envelopeId: admitted.envelopeId, type, ciphertext: bytes });
      peer.offerEphemeral(encodeFrame(PUSH, body));
    }
  }
}

function parseAccountId(bytes: Uint8Array): AccountId {
  if (bytes.length !== 16) throw badFrame('An account id is 16 bytes.');
  return idFromBytes(bytes);
}

/** From the relay's Hello to an authenticated connection. */
import { create } from '@bufbuild/protobuf';
import { KithError } from '../../../src-shared/errors.ts';
import { idToBytes, isDeviceId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  authenticationTranscript,
  PROTOCOL_VERSION,
  registrationTranscript,
} from '../../../src-shared/protocol/transcripts.ts';
import type { Account } from '../account/repository.ts';
import type { EngineContext } from '../context.ts';
import { supplyPreKeys } from '../crypto/pre-key-supply.ts';
import { PRE_KEY_BATCH } from '../crypto/pre-keys.ts';
import type { RelaySocket } from './relay-socket.ts';

/** Throws `relay-changed` or `protocol` when this is not the relay the account lives at. */
export function checkHello(hello: relay.Hello, account: Account): void {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    throw new KithError(
      'protocol',
      'The relay speaks another version of the protocol. One of the two needs an update.',
    );
  }
  if (account.relayName !== null && account.relayName !== hello.relayName) {
    throw new KithError(
      'relay-changed',
      'At this address is another relay than the one you joined. Kith does not sign in to it.',
    );
  }
}

/** Throws `protocol` for an answer that speaks of another account or of devices that cannot be. */
export function checkSession(session: relay.Authenticated, account: Account): void {
  const areDevices =
    session.ownDeviceIds.every(isDeviceId) && session.ownDeviceIds.includes(account.deviceId);
  if (session.username === account.username && areDevices) return;
  throw new KithError('protocol', 'The relay answered for another account than this one.');
}

/**
 * Throws `device-unknown` when senders are told of another installation of this device: this one is new,
 * or the relay was restored from an older copy. Registering puts this one in its place.
 */
export function requirePresent(session: relay.Authenticated, account: Account): void {
  if (session.registrationId === account.registrationId) return;
  throw new KithError('device-unknown', 'The relay knows another installation of this device.');
}

export async function authenticate(
  socket: RelaySocket,
  hello: relay.Hello,
  account: Account,
): Promise<relay.Authenticated> {
  const signature = account.privateKey.sign(
    authenticationTranscript({ relayName: hello.relayName, nonce: hello.nonce, ...account.address }),
  );
  const value = create(relay.AuthenticateSchema, {
    accountId: idToBytes(account.accountId),
    deviceId: account.deviceId,
    protocolVersion: PROTOCOL_VERSION,
    signature,
  });
  return socket.request({ case: 'authenticate', value }, 'authenticated');
}

/**
 * Registers, or registers again at a relay that lost the account. Repeating it with the same keys is
 * harmless, so a lost answer costs nothing.
 */
export async function register(
  context: EngineContext,
  socket: RelaySocket,
  hello: relay.Hello,
  account: Account,
): Promise<relay.Authenticated> {
  const identityKey = account.publicKey.serialize();
  // Who was registered before has a right to the device id, whatever installation the relay knows by it.
  const installation = account.state === 'registered' ? 'replacing' : 'first';
  const signature = account.privateKey.sign(
    registrationTranscript({
      relayName: hello.relayName,
      nonce: hello.nonce,
      ...account.address,
      registrationId: account.registrationId,
      username: account.username,
      identityKey,
      installation,
    }),
  );
  const value = create(relay.RegisterSchema, {
    accountId: idToBytes(account.accountId),
    deviceId: account.deviceId,
    registrationId: account.registrationId,
    username: account.username,
    identityKey,
    preKeys: await supplyPreKeys(context, { preKeys: PRE_KEY_BATCH, kyberPreKeys: PRE_KEY_BATCH }, 'replace'),
    signature,
    replacesInstallation: installation === 'replacing',
  });
  return socket.request({ case: 'register', value }, 'authenticated');
}

/** What the relay said about this account, and its time. */
export function recordSession(
  context: EngineContext,
  hello: relay.Hello,
  session: relay.Authenticated,
): void {
  const isFirst = context.account?.state === 'pending';
  context.relayClock.hear(Number(session.relayTimeMs));
  context.transact(() => {
    const { account: row } = context.store;
    row.markRegistered(hello.relayName, session.username);
    row.setOwnDeviceIds(session.ownDeviceIds);
    row.setRelayClockOffsetMs(context.relayClock.offsetMs);
  });
  context.reloadAccount();
  // From here on others know this account: its keys must not hang on a log file.
  if (isFirst) context.truncateLog();
}

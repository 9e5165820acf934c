/** Register and Authenticate: shapes checked here, signatures and rules in the account service. */
import { idFromBytes, MAX_DEVICE_ID, type DeviceAddress, type DeviceId } from '../../src-shared/ids.ts';
import type { relay } from '../../src-shared/protocol/frames.ts';
import type { AccountService, Challenge, Session } from '../services/accounts/service.ts';
import { MAX_REGISTRATION_ID } from '../services/mail/parse.ts';
import { parseUpload } from '../services/pre-keys/rules.ts';
import { badFrame, ErrorCode, Refusal } from '../services/refusal.ts';
import type { RelayLimits } from '../limits.ts';

const IDENTITY_KEY_BYTES = 33;
const SIGNATURE_BYTES = 64;

/** Throws `BAD_FRAME`, `PRE_KEYS_INVALID` or what `AccountService.register` throws. */
export async function register(
  message: relay.Register,
  challenge: Challenge,
  accounts: AccountService,
  limits: RelayLimits,
): Promise<Session> {
  const address = parseAddress(message.accountId, message.deviceId);
  const { registrationId, username, identityKey, signature } = message;
  if (registrationId < 1 || registrationId > MAX_REGISTRATION_ID)
    throw badFrame('A registration id is 1 to 16383.');
  if (identityKey.length !== IDENTITY_KEY_BYTES) throw badFrame('An identity key is 33 bytes.');
  requireSignatureBytes(signature);
  if (message.preKeys === undefined) {
    throw new Refusal(ErrorCode.PRE_KEYS_INVALID, 'A registration carries prekeys.');
  }
  const preKeys = parseUpload(message.preKeys, 'signed-keys-required', limits);
  return accounts.register(
    {
      ...address,
      registrationId,
      username,
      identityKey,
      preKeys,
      installation: message.replacesInstallation ? 'replacing' : 'first',
    },
    signature,
    challenge,
  );
}

/** Throws `BAD_FRAME` or what `AccountService.authenticate` throws. */
export async function authenticate(
  message: relay.Authenticate,
  challenge: Challenge,
  accounts: AccountService,
): Promise<Session> {
  const address = parseAddress(message.accountId, message.deviceId);
  requireSignatureBytes(message.signature);
  const { protocolVersion, signature } = message;
  return accounts.authenticate({ address, protocolVersion, signature }, challenge);
}

function parseAddress(accountId: Uint8Array, deviceId: number): DeviceAddress {
  if (accountId.length !== 16) throw badFrame('An account id is 16 bytes.');
  if (deviceId < 1 || deviceId > MAX_DEVICE_ID) throw badFrame('A device id is 1 to 127.');
  return { accountId: idFromBytes(accountId), deviceId: deviceId as DeviceId };
}

function requireSignatureBytes(signature: Uint8Array): void {
  if (signature.length !== SIGNATURE_BYTES) throw badFrame('A signature is 64 bytes.');
}

/** Envelopes from the wire: shapes checked, ids branded, sizes summed. */
import { idFromBytes, MAX_DEVICE_ID, type DeviceAddress, type DeviceId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import type { RelayLimits } from '../../limits.ts';
import { badFrame, ErrorCode, Refusal } from '../refusal.ts';
import type { MailCopy, MailDestination, MailEnvelope } from './storage.ts';

const { CiphertextType } = relay;
/** 14 bits, as libsignal generates them. */
export const MAX_REGISTRATION_ID = 0x3fff;

export type EnvelopeLimits = Pick<RelayLimits, 'ciphertextBytes' | 'destinationsPerEnvelope'>;

/**
 * One envelope. Throws `BAD_FRAME` for what no correct client sends, which refuses the whole frame;
 * returns a `Refusal` for what concerns this envelope alone: too large, or too many destinations.
 */
export function parseEnvelope(
  source: DeviceAddress,
  envelope: relay.OutgoingEnvelope,
  limits: EnvelopeLimits,
): MailEnvelope | Refusal {
  if (envelope.envelopeId.length !== 16) throw badFrame('An envelope id is 16 bytes.');
  if (envelope.destinations.length === 0) throw badFrame('An envelope has at least one destination.');
  if (envelope.destinations.length > limits.destinationsPerEnvelope) {
    const most = String(limits.destinationsPerEnvelope);
    return new Refusal(ErrorCode.BATCH_TOO_LARGE, `An envelope has at most ${most} destinations.`);
  }
  const shared = envelope.sharedCiphertext.length === 0 ? null : envelope.sharedCiphertext;
  if (shared !== null) requireType(envelope.sharedType);
  const destinations = envelope.destinations.map((destination) => parseDestination(destination, envelope));
  requireDistinct(
    destinations.map((destination) => destination.accountId),
    'accounts',
  );
  let sizeBytes = shared?.length ?? 0;
  let largestBytes = sizeBytes;
  for (const { devices } of destinations) {
    for (const { ciphertext } of devices) {
      const bytes = ciphertext?.length ?? 0;
      sizeBytes += bytes;
      if (bytes > largestBytes) largestBytes = bytes;
    }
  }
  if (largestBytes > limits.ciphertextBytes) {
    const most = String(limits.ciphertextBytes);
    return new Refusal(ErrorCode.CIPHERTEXT_TOO_LARGE, `A ciphertext has at most ${most} bytes.`);
  }
  return { source, envelopeId: envelope.envelopeId, destinations, shared, sizeBytes };
}

function parseDestination(destination: relay.Destination, envelope: relay.OutgoingEnvelope): MailDestination {
  if (destination.accountId.length !== 16) throw badFrame('An account id is 16 bytes.');
  const devices = destination.devices.map((device) => parseCopy(device, envelope));
  requireDistinct(
    devices.map((device) => device.deviceId),
    'devices of one account',
  );
  return {
    accountId: idFromBytes(destination.accountId),
    devices,
    coverage: destination.partial ? 'named-devices' : 'all-devices',
  };
}

function parseCopy(device: relay.DeviceCiphertext, envelope: relay.OutgoingEnvelope): MailCopy {
  const { deviceId, registrationId, ciphertext } = device;
  if (deviceId < 1 || deviceId > MAX_DEVICE_ID) throw badFrame('A device id is 1 to 127.');
  if (registrationId > MAX_REGISTRATION_ID) throw badFrame('A registration id has 14 bits.');
  const address = { deviceId: deviceId as DeviceId, registrationId };
  if (ciphertext.length > 0) {
    requireType(device.type);
    return { ...address, type: device.type, ciphertext };
  }
  if (envelope.sharedCiphertext.length === 0)
    throw badFrame('A device has neither an own nor a shared ciphertext.');
  return { ...address, type: envelope.sharedType, ciphertext: null };
}

function requireType(type: relay.CiphertextType): void {
  switch (type) {
    case CiphertextType.WHISPER:
    case CiphertextType.PRE_KEY:
    case CiphertextType.SENDER_KEY:
    case CiphertextType.PLAINTEXT:
      return;
    default:
      // Open enum: a newer or hostile client may send any number.
      throw badFrame('A ciphertext has a type the protocol does not know.');
  }
}

function requireDistinct(keys: readonly (string | number)[], what: string): void {
  if (keys.length > 1 && new Set(keys).size !== keys.length)
    throw badFrame(`An envelope names ${what} twice.`);
}

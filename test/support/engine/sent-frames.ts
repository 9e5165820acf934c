/** What a device tried to send over the lines of a relay that wrote it all down. */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { HostileLine } from './hostile-relay.ts';

export function sentEnvelopes(lines: readonly HostileLine[]): readonly relay.OutgoingEnvelope[] {
  return lines
    .flatMap((line) => line.frames)
    .flatMap(({ body }) => (body.case === 'send' ? body.value.envelopes : []));
}

/** Ids, addresses and bytes of an envelope, to compare. */
export function asText(envelope: relay.OutgoingEnvelope): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const devices = envelope.destinations.flatMap((destination) =>
    destination.devices.map(
      (device) =>
        `${hex(destination.accountId)}.${String(device.deviceId)} ${String(device.type)} ${hex(device.ciphertext)}`,
    ),
  );
  return [hex(envelope.envelopeId), ...devices].join('\n');
}

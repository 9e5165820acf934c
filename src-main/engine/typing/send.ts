/** Tells the other side that we are typing: encrypted, never stored at the relay, lost without harm. */
import { create } from '@bufbuild/protobuf';
import { idToBytes, parseDeviceId, type DeviceAddress } from '../../../src-shared/ids.ts';
import { content as wire, relay } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, DirectConversation } from '../conversations/repository.ts';
import { encodeBatch, encodePacket } from '../crypto/packet.ts';
import { encodeContent } from '../crypto/signed-content.ts';
import type { RelayApi } from '../sync/relay-api.ts';

/** Only to devices there is a session with: nobody spends a prekey on a typing mark. */
export async function sendTyping(
  context: EngineContext,
  relayApi: RelayApi,
  conversation: Conversation,
  state: 'typing' | 'stopped',
): Promise<void> {
  const { store } = context;
  if (conversation.kind !== 'direct') return;
  if (conversation.state !== 'active' || !store.settings.get().sendTyping) return;
  if (store.keys.identity(conversation.peerId)?.state === 'changed') return;
  const plaintext = typingPacket(context, conversation, state);
  const envelope = await context.cryptoLane.run(async () => {
    const now = new Date(context.clock.now());
    const unit = context.newUnit();
    const devices: relay.DeviceCiphertext[] = [];
    for (const device of store.keys.knownDevices(conversation.peerId)) {
      const address: DeviceAddress = {
        accountId: conversation.peerId,
        deviceId: parseDeviceId(device.deviceId),
      };
      if (unit.session(address)?.hasCurrentState(now) !== true) continue;
      const { type, bytes } = await context.ciphers.encrypt(unit, address, plaintext, now);
      devices.push(create(relay.DeviceCiphertextSchema, { ...device, type, ciphertext: bytes }));
    }
    // As with every ciphertext: the ratchet's step is durable before the bytes leave.
    context.transactWithKeys(unit, () => undefined);
    return create(relay.OutgoingEnvelopeSchema, {
      envelopeId: idToBytes(context.ids.envelopeId()),
      destinations: [{ accountId: idToBytes(conversation.peerId), devices, partial: true }],
    });
  });
  if ((envelope.destinations[0]?.devices.length ?? 0) > 0) relayApi.sendEphemeral(envelope);
}

function typingPacket(context: EngineContext, conversation: DirectConversation, state: 'typing' | 'stopped') {
  const account = context.requireAccount();
  const value = create(wire.TypingSchema, { active: state === 'typing' });
  const signed = encodeContent(
    {
      messageId: context.ids.messageId(),
      roomId: conversation.roomId,
      author: account.address,
      recipientId: conversation.peerId,
      time: { ms: context.relayNowMs(), counter: 0 },
      chain: null,
    },
    { case: 'typing', value },
    account.privateKey,
  );
  return encodePacket(encodeBatch([signed]), null);
}

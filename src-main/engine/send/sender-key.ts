/**
 * This device's key in a room, and its spreading: everybody who is to read the next message is sent the
 * key first, in an envelope of its own. A key is left behind after a week or a thousand messages, and
 * whenever somebody who has it is no longer in the room.
 */
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { addressKey, type AccountId, type DeviceAddress } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { idToBytes } from '../../../src-shared/ids.ts';
import type { EngineContext } from '../context.ts';
import type { RoomConversation } from '../conversations/repository.ts';
import type { OwnSenderKey } from '../crypto/sender-key-repository.ts';
import { composeContent } from './compose.ts';
import { encodeBatch } from '../crypto/packet.ts';
import { devicesToReach } from './destinations.ts';
import type { Draft } from './form-envelope.ts';

/** DESIGN §7. */
const MAX_AGE_MS = 7 * 24 * 60 * 60_000;
const MAX_MESSAGES = 1_000;
/** Of one sharing envelope: a first message to each is about 2 KiB, and a frame holds 256. */
const MAX_ACCOUNTS_PER_SHARE = 80;

const EVERYONE = { audience: 'everyone', recipients: null, target: null } as const;

/** The key to write with now; a new one where the old one must not be used on. */
export function currentSenderKey(context: EngineContext, conversation: RoomConversation): OwnSenderKey {
  const { senderKeys } = context.store;
  const known = senderKeys.own(conversation.row);
  const nowMs = context.clock.now();
  if (known !== null && isUsable(context, conversation, known, nowMs)) return known;
  const fresh = { distributionId: randomUUID(), createdAtMs: nowMs, messages: 0 };
  context.transact(() => {
    senderKeys.begin(conversation.row, fresh.distributionId, nowMs);
  });
  return fresh;
}

function isUsable(
  context: EngineContext,
  conversation: RoomConversation,
  key: OwnSenderKey,
  nowMs: number,
): boolean {
  // A clock that jumped back must not keep a key alive for good.
  if (Math.abs(nowMs - key.createdAtMs) > MAX_AGE_MS || key.messages >= MAX_MESSAGES) return false;
  const { devices } = devicesToReach(context, conversation, EVERYONE);
  const present = new Set(devices.map(addressKey));
  return context.store.senderKeys
    .shares(conversation.row)
    .every(({ address }) => present.has(addressKey(address)));
}

/** Devices of the room that have not been sent the key, or were reinstalled since. */
export function devicesLacking(
  context: EngineContext,
  conversation: RoomConversation,
): readonly DeviceAddress[] {
  const { devices } = devicesToReach(context, conversation, EVERYONE);
  const shared = new Map(
    context.store.senderKeys
      .shares(conversation.row)
      .map(({ address, registrationId }) => [addressKey(address), registrationId]),
  );
  return devices.filter((device) => {
    const session = context.sessions.session(device);
    const known = shared.get(addressKey(device));
    return known === undefined || (session !== null && known !== session.remoteRegistrationId());
  });
}

/** An envelope that brings the key to those who lack it; as many of them as fit one frame. */
export async function formShare(
  context: EngineContext,
  conversation: RoomConversation,
  key: OwnSenderKey,
  lacking: readonly AccountId[],
  createdAtMs: number,
): Promise<Draft> {
  const distribution = await context.cryptoLane.run(async () => {
    const unit = context.newUnit();
    const bytes = await context.ciphers.distribution(unit, key.distributionId);
    context.transactWithKeys(unit, () => undefined);
    return bytes;
  });
  const value = create(wire.SenderKeyShareSchema, { roomId: idToBytes(conversation.roomId), distribution });
  const { signed } = context.transact(() =>
    composeContent(context, { conversation, body: { case: 'senderKeyShare', value } }),
  );
  return {
    envelope: {
      envelopeId: context.ids.envelopeId(),
      conversation: conversation.row,
      audience: 'peer',
      recipients: lacking.slice(0, MAX_ACCOUNTS_PER_SHARE),
      target: null,
      batch: encodeBatch([signed]),
      resendOf: null,
      createdAtMs,
    },
    items: [],
    receipts: [],
    sharesKey: true,
  };
}

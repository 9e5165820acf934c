/**
 * Somebody with real keys and a real session who writes contents that no Kith would: their engine is
 * stopped, and a test decides every byte that goes into the ciphertext.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { IdentityKeyPair } from '@signalapp/libsignal-client';
import { systemClock, systemTimers } from '../../../src-shared/clock.ts';
import {
  FIRST_DEVICE,
  idToBytes,
  parseId,
  type EnvelopeId,
  type MessageId,
} from '../../../src-shared/ids.ts';
import { content as wire, type relay } from '../../../src-shared/protocol/frames.ts';
import { EngineContext } from '../../../src-main/engine/context.ts';
import type { DirectConversation } from '../../../src-main/engine/conversations/repository.ts';
import { encodeBatch, encodePacket, type SignedBytes } from '../../../src-main/engine/crypto/packet.ts';
import {
  encodeContent,
  type ContentBody,
  type ContentHeader,
} from '../../../src-main/engine/crypto/signed-content.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import { systemIds } from '../../../src-main/engine/ids.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { repositories } from '../../../src-main/engine/repositories.ts';
import { composeContent } from '../../../src-main/engine/send/compose.ts';
import { openDatabase } from '../../../src-main/engine/store/database.ts';
import { v7 } from 'uuid';
import { connectDevice, newEnvelopeId, sendAccepted } from '../relay/devices.ts';
import type { RawClient } from '../relay/raw-client.ts';
import type { Cleanup } from '../relay/relays.ts';
import type { Person } from './person.ts';

export class Forger {
  readonly context: EngineContext;
  readonly #client: RawClient;
  readonly #conversation: DirectConversation;

  private constructor(context: EngineContext, client: RawClient, conversation: DirectConversation) {
    this.context = context;
    this.#client = client;
    this.#conversation = conversation;
  }

  /** Takes over the keys of somebody who knows the victim already. */
  static async become(cleanup: Cleanup, relayUrl: string, person: Person, victim: string): Promise<Forger> {
    await person.close();
    const database = openDatabase(person.databasePath, person.key);
    cleanup.add(() => {
      database.close();
    });
    const store = repositories(database.write);
    const context = new EngineContext({
      clock: systemClock,
      timers: systemTimers,
      ids: systemIds,
      log: silentLogger,
      database,
      store,
      afterCommit: () => undefined,
    });
    const { privateKey, publicKey, address, registrationId, username } = context.requireAccount();
    const identity = new IdentityKeyPair(publicKey, privateKey);
    const client = await connectDevice(relayUrl, { ...address, registrationId, username, identity });
    cleanup.add(() => client.close());
    const peer = store.contacts.byUsername(victim);
    const conversation = peer === null ? null : store.conversations.byPeer(peer.accountId);
    if (conversation === null) throw new Error(`${username} does not know ${victim}`);
    return new Forger(context, client, conversation);
  }

  get victimId(): AccountId {
    return this.#conversation.peerId;
  }

  /** What an honest content of this kind would say of itself, outside of any chain. */
  header(changes: Partial<ContentHeader> = {}): ContentHeader {
    return {
      messageId: parseId<MessageId>(v7()),
      roomId: this.#conversation.roomId,
      author: this.context.requireAccount().address,
      recipientId: this.#conversation.peerId,
      time: { ms: systemClock.now(), counter: 0 },
      chain: null,
      ...changes,
    };
  }

  /** An honest text: the next of the chain. */
  text(text: string): SignedBytes {
    const body: ContentBody = { case: 'text', value: create(wire.TextSchema, { text }) };
    const conversation = this.#conversation;
    return this.context.transact(() => composeContent(this.context, { conversation, body })).signed;
  }

  /** The header of the next text in the chain, which the chain then does not count. */
  next(changes: Partial<ContentHeader> = {}): ContentHeader {
    const { address, reinstallations: epoch } = this.context.requireAccount();
    const head = this.context.store.chains.head(this.#conversation.row, address, epoch);
    const chain = { epoch, index: (head?.index ?? 0) + 1, previousHash: head?.hash ?? new Uint8Array() };
    return this.header({ chain, ...changes });
  }

  sign(header: ContentHeader, body: ContentBody): SignedBytes {
    return encodeContent(header, body, this.context.requireAccount().privateKey);
  }

  /** A content of a kind that this version does not know. */
  unknownKind(): SignedBytes {
    const header = this.header();
    const known = create(wire.ContentSchema, {
      messageId: idToBytes(header.messageId),
      roomId: idToBytes(header.roomId),
      authorAccountId: idToBytes(header.author.accountId),
      authorDeviceId: header.author.deviceId,
      recipientAccountId: idToBytes(this.victimId),
      hlcMs: BigInt(header.time.ms),
    });
    // Field 40, length-delimited, one byte long.
    const content = new Uint8Array([...toBinary(wire.ContentSchema, known), 0xc2, 0x02, 1, 0]);
    return { content, signature: new Uint8Array(64) };
  }

  /** Encrypts contents for the victim, honest or not, and hands them to the relay. */
  send(contents: readonly SignedBytes[], resendOf: EnvelopeId | null = null): Promise<void> {
    return this.sendPlaintext(encodePacket(encodeBatch(contents), resendOf));
  }

  /** Encrypts any bytes for the victim. */
  async sendPlaintext(plaintext: Uint8Array<ArrayBuffer>): Promise<void> {
    const address = { accountId: this.#conversation.peerId, deviceId: FIRST_DEVICE };
    const device = await this.context.cryptoLane.run(async () => {
      const unit = this.context.newUnit();
      const { type, bytes } = await this.context.ciphers.encrypt(unit, address, plaintext, new Date());
      this.context.transactWithKeys(unit, () => undefined);
      const registrationId = unit.session(address)?.remoteRegistrationId() ?? 0;
      return { deviceId: address.deviceId, registrationId, type, ciphertext: bytes };
    });
    await this.#deliver(device);
  }

  /** Hands something to the relay that was never encrypted. */
  sendRaw(type: relay.CiphertextType, ciphertext: Uint8Array): Promise<void> {
    return this.#deliver({ deviceId: FIRST_DEVICE, registrationId: 0, type, ciphertext });
  }

  async #deliver(device: {
    deviceId: number;
    registrationId: number;
    type: relay.CiphertextType;
    ciphertext: Uint8Array;
  }) {
    const accountId = idToBytes(this.#conversation.peerId);
    await sendAccepted(this.#client, {
      envelopeId: newEnvelopeId(),
      destinations: [{ accountId, devices: [device], partial: true }],
    });
  }
}

/** All repositories of the writing connection. */
import { accountRepository, type AccountRepository } from './account/repository.ts';
import { attachmentRepository, type AttachmentRepository } from './attachments/repository.ts';
import { contactRepository, type ContactRepository } from './contacts/repository.ts';
import { conversationRepository, type ConversationRepository } from './conversations/repository.ts';
import { keyRepository, type KeyRepository } from './crypto/key-repository.ts';
import { chainRepository, type ChainRepository } from './messages/chain-repository.ts';
import { messageRepository, type MessageRepository } from './messages/repository.ts';
import { parkedRepository, type ParkedRepository } from './receive/parked-repository.ts';
import { receiptRepository, type ReceiptRepository } from './receipts/repository.ts';
import { envelopeRepository, type EnvelopeRepository } from './send/envelope-repository.ts';
import { outboxRepository, type OutboxRepository } from './send/outbox-repository.ts';
import { settingsRepository, type SettingsRepository } from './settings/repository.ts';
import { draftRepository, type DraftRepository } from './drafts/repository.ts';
import { forgottenRepository, type ForgottenRepository } from './expiry/forgotten-repository.ts';
import { operationRepository, type OperationRepository } from './messages/operations-repository.ts';
import { pinRepository, type PinRepository } from './pins/repository.ts';
import { reactionRepository, type ReactionRepository } from './reactions/repository.ts';
import { starRepository, type StarRepository } from './stars/repository.ts';
import { threadRepository, type ThreadRepository } from './threads/repository.ts';
import { roomRepository, type RoomRepository } from './rooms/repository.ts';
import { senderKeyRepository, type SenderKeyRepository } from './crypto/sender-key-repository.ts';
import type { Sql } from './store/database.ts';

export interface Repositories {
  readonly account: AccountRepository;
  readonly attachments: AttachmentRepository;
  readonly chains: ChainRepository;
  readonly contacts: ContactRepository;
  readonly conversations: ConversationRepository;
  readonly envelopes: EnvelopeRepository;
  readonly keys: KeyRepository;
  readonly messages: MessageRepository;
  readonly outbox: OutboxRepository;
  readonly parked: ParkedRepository;
  readonly receipts: ReceiptRepository;
  readonly drafts: DraftRepository;
  readonly forgotten: ForgottenRepository;
  readonly operations: OperationRepository;
  readonly pins: PinRepository;
  readonly reactions: ReactionRepository;
  readonly stars: StarRepository;
  readonly threads: ThreadRepository;
  readonly rooms: RoomRepository;
  readonly senderKeys: SenderKeyRepository;
  readonly settings: SettingsRepository;
}

export function repositories(sql: Sql): Repositories {
  return {
    account: accountRepository(sql),
    attachments: attachmentRepository(sql),
    chains: chainRepository(sql),
    contacts: contactRepository(sql),
    conversations: conversationRepository(sql),
    envelopes: envelopeRepository(sql),
    keys: keyRepository(sql),
    messages: messageRepository(sql),
    outbox: outboxRepository(sql),
    parked: parkedRepository(sql),
    receipts: receiptRepository(sql),
    drafts: draftRepository(sql),
    forgotten: forgottenRepository(sql),
    operations: operationRepository(sql),
    pins: pinRepository(sql),
    reactions: reactionRepository(sql),
    stars: starRepository(sql),
    threads: threadRepository(sql),
    rooms: roomRepository(sql),
    senderKeys: senderKeyRepository(sql),
    settings: settingsRepository(sql),
  };
}

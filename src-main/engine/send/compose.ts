/** From something to say to a signed content in the outbox. Runs inside the caller's transaction. */
import type { AccountId, MessageId } from '../../../src-shared/ids.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, DirectConversation } from '../conversations/repository.ts';
import { advance, type ChainClaim, type ChainLink } from '../crypto/author-chain.ts';
import { believableTime, nextHybridTime } from '../crypto/hybrid-clock.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { encodeContent, isChained, type ContentBody, type ContentHeader } from '../crypto/signed-content.ts';
import type { Audience } from './outbox-repository.ts';

export interface Composed {
  readonly header: ContentHeader;
  readonly signed: SignedBytes;
}

export interface ComposeOptions {
  readonly conversation: Conversation;
  readonly body: ContentBody;
  readonly messageId?: MessageId;
}

/** Takes the next time of the hybrid clock and, for chained contents, the next link of the chain. */
export function composeContent(context: EngineContext, options: ComposeOptions): Composed {
  const { store } = context;
  const account = context.requireAccount();
  const { conversation, body } = options;
  const relayNowMs = context.relayNowMs();
  const time = nextHybridTime(believableTime(store.account.hybridTime(), relayNowMs), relayNowMs);
  store.account.setHybridTime(time);
  const epoch = account.reinstallations;
  const head = isChained(body) ? store.chains.head(conversation.row, account.address, epoch) : null;
  const header: ContentHeader = {
    messageId: options.messageId ?? context.ids.messageId(),
    roomId: conversation.roomId,
    author: account.address,
    recipientId: conversation.kind === 'direct' ? conversation.peerId : null,
    time,
    chain: isChained(body) ? claimAfter(head, epoch) : null,
  };
  const signed = encodeContent(header, body, account.privateKey);
  if (header.chain !== null) {
    store.chains.save(conversation.row, account.address, epoch, advance(head, header.chain, signed.content));
  }
  return { header, signed };
}

function claimAfter(head: ChainLink | null, epoch: number): ChainClaim {
  return head === null
    ? { epoch, index: 1, previousHash: new Uint8Array() }
    : { epoch, index: head.index + 1, previousHash: head.hash };
}

/** Queues a content that is no message of the conversation. */
export function queueContent(
  context: EngineContext,
  changes: Changes,
  options: ComposeOptions & {
    readonly audience: Audience;
    /** Those of the conversation it is for alone. */
    readonly recipients?: readonly AccountId[];
  },
): void {
  const { signed } = composeContent(context, options);
  context.store.outbox.add({
    conversation: options.conversation.row,
    audience: options.audience,
    recipients: options.recipients ?? null,
    messageId: null,
    signed,
    createdAtMs: context.clock.now(),
  });
  changes.toSend.add(options.conversation.row);
}

/** Tells a contact our name, once for every version of it. */
export function queueProfileIfNews(
  context: EngineContext,
  changes: Changes,
  conversation: DirectConversation,
): void {
  const account = context.requireAccount();
  const contact = context.store.contacts.get(conversation.peerId);
  if (contact === null || contact.profileSentVersion >= account.profileVersion) return;
  context.store.contacts.setProfileSentVersion(conversation.peerId, account.profileVersion);
  queueContent(context, changes, {
    conversation,
    audience: 'everyone',
    body: {
      case: 'profile',
      value: { $typeName: 'kith.content.v1.Profile', displayName: account.displayName },
    },
  });
}

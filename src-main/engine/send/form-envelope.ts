/** What the next envelope of a conversation carries: a run of queued contents, and receipts that are owed. */
import { create } from '@bufbuild/protobuf';
import { idToBytes } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, RoomConversation } from '../conversations/repository.ts';
import { encodeBatch, MAX_CONTENTS_PER_PACKET, type SignedBytes } from '../crypto/packet.ts';
import { encodeContent } from '../crypto/signed-content.ts';
import type { DueReceipt, ReceiptKind } from '../receipts/repository.ts';
import type { StoredEnvelope } from './envelope-repository.ts';
import type { Audience, OutboxItem } from './outbox-repository.ts';

/** Contents of one envelope together; leaves room in the largest ciphertext. */
const MAX_BATCH_BYTES = 64 * 1024;
/** 16 bytes each: a content of about 8 KiB. */
const MAX_RECEIPTS = 500;

export interface Draft {
  readonly envelope: StoredEnvelope;
  readonly items: readonly OutboxItem[];
  readonly receipts: readonly DueReceipt[];
  /** It brings the key of a room: whoever it is encrypted for has the key from then on. */
  readonly sharesKey: boolean;
}

/** Null when nothing is to be sent. Changes nothing. */
export function formEnvelope(context: EngineContext, conversation: Conversation): Draft | null {
  const { outbox, receipts } = context.store;
  const queued = outbox.queued(conversation.row, MAX_CONTENTS_PER_PACKET);
  if (conversation.kind === 'room') return formRoomEnvelope(context, conversation, queued);
  const due = receipts.due(conversation.row, MAX_RECEIPTS);
  const receiptContents = encodeReceipts(context, conversation, due);
  const items = takeRun(queued, MAX_CONTENTS_PER_PACKET - receiptContents.length);
  const audience: Audience = items[0]?.audience ?? 'peer';
  // Our own devices alone get no receipts: those are for the author of the message.
  const carriesReceipts = audience !== 'own-devices' && due.length > 0;
  const contents = [...items.map((item) => item.signed), ...(carriesReceipts ? receiptContents : [])];
  if (contents.length === 0) return null;
  return {
    envelope: newEnvelope(context, conversation, { audience, recipients: null, contents }),
    items,
    receipts: carriesReceipts ? due : [],
    sharesKey: false,
  };
}

/** What is said to a room goes alone; receipts go to one author at a time. */
function formRoomEnvelope(
  context: EngineContext,
  conversation: RoomConversation,
  queued: readonly OutboxItem[],
): Draft | null {
  const items = takeRun(queued, MAX_CONTENTS_PER_PACKET);
  const [first] = items;
  if (first !== undefined) {
    const { audience, recipients } = first;
    const contents = items.map((item) => item.signed);
    const envelope = newEnvelope(context, conversation, { audience, recipients, contents });
    return { envelope, items, receipts: [], sharesKey: false };
  }
  const due = context.store.receipts.due(conversation.row, MAX_RECEIPTS);
  const authorId = due[0]?.authorId ?? null;
  if (authorId === null) return null;
  const receipts = due.filter((receipt) => receipt.authorId === authorId);
  const contents = encodeReceipts(context, conversation, receipts);
  const envelope = newEnvelope(context, conversation, { audience: 'peer', recipients: [authorId], contents });
  return { envelope, items: [], receipts, sharesKey: false };
}

function newEnvelope(
  context: EngineContext,
  conversation: Conversation,
  {
    audience,
    recipients,
    contents,
  }: Pick<StoredEnvelope, 'audience' | 'recipients'> & {
    readonly contents: readonly SignedBytes[];
  },
): StoredEnvelope {
  return {
    envelopeId: context.ids.envelopeId(),
    conversation: conversation.row,
    audience,
    recipients,
    target: null,
    batch: encodeBatch(contents),
    resendOf: null,
    createdAtMs: context.clock.now(),
  };
}

/** The longest run from the front for the same people that fits. */
export function takeRun(queued: readonly OutboxItem[], maxItems: number): readonly OutboxItem[] {
  const run: OutboxItem[] = [];
  let bytes = 0;
  for (const item of queued) {
    bytes += item.signed.content.length + item.signed.signature.length;
    const first = run[0] ?? item;
    if (run.length === maxItems || item.audience !== first.audience) break;
    if (item.recipients?.join() !== first.recipients?.join()) break;
    if (run.length > 0 && bytes > MAX_BATCH_BYTES) break;
    run.push(item);
  }
  return run;
}

function encodeReceipts(
  context: EngineContext,
  conversation: Conversation,
  due: readonly DueReceipt[],
): readonly SignedBytes[] {
  return (['delivered', 'read'] as const)
    .map((kind) => ({ kind, ids: due.filter((receipt) => receipt.kind === kind) }))
    .filter(({ ids }) => ids.length > 0)
    .map(({ kind, ids }) => encodeReceipt(context, conversation, kind, ids));
}

function encodeReceipt(
  context: EngineContext,
  conversation: Conversation,
  kind: ReceiptKind,
  receipts: readonly DueReceipt[],
): SignedBytes {
  const account = context.requireAccount();
  const value = create(wire.ReceiptSchema, {
    kind: kind === 'read' ? wire.ReceiptKind.READ : wire.ReceiptKind.DELIVERED,
    messageIds: receipts.map((receipt) => idToBytes(receipt.messageId)),
  });
  return encodeContent(
    {
      messageId: context.ids.messageId(),
      roomId: conversation.roomId,
      author: account.address,
      recipientId: conversation.kind === 'direct' ? conversation.peerId : null,
      time: { ms: context.relayNowMs(), counter: 0 },
      chain: null,
    },
    { case: 'receipt', value },
    account.privateKey,
  );
}

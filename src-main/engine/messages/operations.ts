/**
 * Operations on what was said: how one of ours is made, and what each does to the store, ours and others'
 * alike. Everything here runs inside the caller's transaction.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { assertNever } from '../../../src-shared/errors.ts';
import { canonicalEmoji, isEmoji } from '../../../src-shared/emoji.ts';
import type { IntegrityVerdict } from '../../../src-shared/contract/views.ts';
import { MAX_TIMER_S } from '../../../src-shared/protocol/limits.ts';
import { FIRST_DEVICE, type AccountId, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, ConversationRow } from '../conversations/repository.ts';
import { contentHash } from '../crypto/author-chain.ts';
import type { ContentHeader, ParsedBody } from '../crypto/signed-content.ts';
import type { SignedBytes } from '../crypto/packet.ts';
import { stampOf, type Stamp } from '../crypto/stamp.ts';
import { composeContent } from '../send/compose.ts';
import { fitText, mentionsFromWire, optionalId, type Extras } from './extras.ts';
import type { OwnOperation } from './operations-repository.ts';
import { settleMessage } from './settle.ts';

/** Bodies that are operations, in the words of the wire. */
export type OperationBody = Extract<ParsedBody, { case: 'edit' | 'delete' | 'reaction' | 'pin' | 'timer' }>;

function isOperation(body: { readonly case?: string | undefined }): body is OperationBody {
  return ['edit', 'delete', 'reaction', 'pin', 'timer'].includes(body.case ?? '');
}

export interface IncomingOperation {
  readonly conversation: Conversation;
  readonly header: Pick<ContentHeader, 'messageId' | 'author' | 'time'>;
  readonly body: OperationBody;
  readonly signed: SignedBytes;
  readonly integrity: IntegrityVerdict;
  /** Null for one of ours that no relay has yet. */
  readonly acceptedOrder: number | null;
}

/** What an operation says, with its fields parsed; null for one that says nothing. */
type Parsed =
  | { readonly kind: 'edit'; readonly target: MessageId; readonly text: string; readonly extras: Extras }
  | { readonly kind: 'delete'; readonly target: MessageId }
  | { readonly kind: 'reaction'; readonly target: MessageId; readonly emoji: string; readonly state: OnOff }
  | { readonly kind: 'pin'; readonly target: MessageId; readonly state: OnOff }
  | { readonly kind: 'timer'; readonly target: null; readonly seconds: number };
type OnOff = 'on' | 'off';

/** Makes an operation of ours, does it here at once, and queues it. Returns its id. */
export function operate(
  context: EngineContext,
  changes: Changes,
  conversation: Conversation,
  body: OperationBody,
): MessageId {
  const { header, signed } = composeContent(context, { conversation, body });
  applyOperation(context, changes, {
    conversation,
    header,
    body,
    signed,
    integrity: { signature: 'valid', chain: 'continues', clock: 'plausible' },
    acceptedOrder: null,
  });
  context.store.outbox.add({
    conversation: conversation.row,
    audience: 'everyone',
    recipients: null,
    messageId: header.messageId,
    signed,
    createdAtMs: context.clock.now(),
  });
  changes.toSend.add(conversation.row);
  return header.messageId;
}

/** Does what the operation says, once, in whatever order it comes. Unsigned ones are kept, and do nothing. */
export function applyOperation(context: EngineContext, changes: Changes, incoming: IncomingOperation): void {
  const { conversation, header, signed, integrity, acceptedOrder } = incoming;
  const parsed = parseOperation(incoming.body);
  if (parsed === null) return;
  const hash = contentHash(signed.content);
  const stamp = stampOf(header.time, header.author, hash, acceptedOrder);
  const isOwn = header.author.accountId === context.requireAccount().accountId;
  const isNew = context.store.operations.insert({
    contentHash: hash,
    contentId: header.messageId,
    conversation: conversation.row,
    kind: parsed.kind,
    target: parsed.target,
    author: header.author,
    side: isOwn ? 'own' : 'foreign',
    time: header.time,
    stamp,
    acceptedOrder,
    wording: wordingOf(context, conversation.row, parsed),
    integrity,
    signed: keepsWords(context, conversation.row, parsed) ? signed : NO_WORDS,
  });
  if (!isNew || integrity.signature !== 'valid') return;
  const place = { conversation: conversation.row, authorId: header.author.accountId };
  take(context, changes, place, parsed, stamp);
}

const NO_WORDS: SignedBytes = { content: new Uint8Array(), signature: new Uint8Array() };

function take(
  context: EngineContext,
  changes: Changes,
  place: { readonly conversation: ConversationRow; readonly authorId: AccountId },
  parsed: Parsed,
  stamp: Stamp,
): void {
  const { store } = context;
  const { conversation: row, authorId } = place;
  switch (parsed.kind) {
    case 'edit':
    case 'delete':
      settleMessage(context, changes, row, parsed.target);
      return;
    case 'reaction': {
      const { target: messageId, emoji, state } = parsed;
      if (store.reactions.put({ conversation: row, messageId, authorId, emoji, state, stamp })) {
        annotate(context, changes, row, messageId);
      }
      return;
    }
    case 'pin': {
      const { target: messageId, state } = parsed;
      if (store.pins.put({ conversation: row, messageId, authorId, state, stamp })) {
        annotate(context, changes, row, messageId);
      }
      return;
    }
    case 'timer':
      if (store.conversations.setTimer(row, parsed.seconds, stamp)) {
        changes.conversation(row);
        tellOfTimer(context, changes, place, parsed.seconds);
      }
      return;
    default:
      assertNever(parsed);
  }
}

/** A quiet line, where it happened as this device saw it. */
function tellOfTimer(
  context: EngineContext,
  changes: Changes,
  { conversation, authorId }: { readonly conversation: ConversationRow; readonly authorId: AccountId },
  seconds: number,
): void {
  const messageId = context.ids.messageId();
  context.store.messages.insertNotice({
    messageId,
    conversation,
    author: { accountId: authorId, deviceId: FIRST_DEVICE },
    sentAtMs: context.clock.now(),
    notice: { type: 'timer', by: authorId, seconds },
    order: context.orderNow(),
  });
  changes.message(conversation, messageId);
}

/** Something about the message is in other tables now. */
export function annotate(
  context: EngineContext,
  changes: Changes,
  conversation: ConversationRow,
  messageId: MessageId,
): void {
  context.store.messages.annotate(messageId);
  changes.message(conversation, messageId);
}

/** An edit of what is deleted already leaves no words behind. */
function keepsWords(context: EngineContext, conversation: ConversationRow, parsed: Parsed): boolean {
  if (parsed.kind !== 'edit') return true;
  if (context.store.forgotten.has(parsed.target)) return false;
  const place = context.store.messages.place(parsed.target);
  return place?.conversation !== conversation || !place.isDeleted;
}

function wordingOf(context: EngineContext, conversation: ConversationRow, parsed: Parsed) {
  if (parsed.kind !== 'edit' || !keepsWords(context, conversation, parsed)) return null;
  return { text: parsed.text, extras: parsed.extras };
}

function parseOperation(body: OperationBody): Parsed | null {
  if (body.case === 'timer') {
    return { kind: 'timer', target: null, seconds: Math.min(body.value.seconds, MAX_TIMER_S) };
  }
  const target = optionalId(body.value.messageId);
  if (target === null) return null;
  switch (body.case) {
    case 'edit': {
      const text = fitText(body.value.text);
      const mentions = mentionsFromWire(body.value.mentions, text);
      return { kind: 'edit', target, text, extras: mentions.length === 0 ? {} : { mentions } };
    }
    case 'delete':
      return { kind: 'delete', target };
    case 'reaction':
      if (!isEmoji(body.value.emoji)) return null;
      return {
        kind: 'reaction',
        target,
        emoji: canonicalEmoji(body.value.emoji),
        state: onOff(body.value.active),
      };
    case 'pin':
      return { kind: 'pin', target, state: onOff(body.value.active) };
    default:
      return assertNever(body);
  }
}

function onOff(active: boolean): OnOff {
  return active ? 'on' : 'off';
}

/**
 * The relay has accepted an operation of ours. Its time may count for less from now on, as it does for
 * everybody else. False for what is no operation.
 */
export function acceptOperation(
  context: EngineContext,
  changes: Changes,
  contentId: MessageId,
  order: number,
): boolean {
  const { store } = context;
  const operation = store.operations.own(contentId);
  if (operation === null) return false;
  const stamp = stampOf(operation.time, operation.author, operation.contentHash, order);
  store.operations.accept(operation.contentHash, order, stamp);
  if (stamp === operation.stamp) return true;
  decideAgain(context, changes, operation);
  return true;
}

/** Our clock was ahead: what our operation won by that is decided again, among all that were made. */
function decideAgain(context: EngineContext, changes: Changes, operation: OwnOperation): void {
  const { store } = context;
  const { kind, conversation, target } = operation;
  if (kind === 'edit' && target !== null) settleMessage(context, changes, conversation, target);
  if (kind === 'edit' || kind === 'delete') return;
  const all = store.operations.all(conversation, kind, target);
  if (kind === 'timer') store.conversations.resetTimer(conversation);
  if (kind === 'reaction' && target !== null) store.reactions.removeAllOf(target, conversation);
  if (kind === 'pin' && target !== null) store.pins.removeAllOf(target, conversation);
  for (const { authorId, content, stamp } of all) {
    const { body } = fromBinary(wire.ContentSchema, content);
    const parsed = isOperation(body) ? parseOperation(body) : null;
    if (parsed !== null) take(context, changes, { conversation, authorId }, parsed, stamp);
  }
}

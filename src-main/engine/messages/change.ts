/**
 * What a person does to what was said: edit, delete, react, pin, star. Each holds here at once and leaves
 * in the order of the conversation. All throw `not-found`; those that leave throw what sending throws.
 */
import { create } from '@bufbuild/protobuf';
import { canonicalEmoji, isEmoji } from '../../../src-shared/emoji.ts';
import { KithError } from '../../../src-shared/errors.ts';
import { idToBytes, type MessageId } from '../../../src-shared/ids.ts';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import type { EngineContext } from '../context.ts';
import { tellOwnDevices } from '../own-devices.ts';
import { MAX_EMOJI_PER_AUTHOR } from '../reactions/repository.ts';
import { checkMayModerate, checkMayPin } from '../rooms/checks.ts';
import { checkMaySend, checkText, requireMessage, type Found } from './checks.ts';
import { mentionsToWire, type Mention } from './extras.ts';
import { forgetMessage } from './forget.ts';
import { annotate, operate } from './operations.ts';
import { mentionsOf } from './send.ts';

type OnOff = 'on' | 'off';

/** Returns the id of the operation, by which the relay's acceptance is told. Throws `not-yours`. */
export function editMessage(
  context: EngineContext,
  messageId: MessageId,
  edit: { readonly text: string; readonly mentions?: readonly Mention[] | undefined },
): MessageId {
  const { conversation } = requireOwn(context, messageId, 'edit');
  const text = edit.text.toWellFormed();
  checkText(text);
  const mentions = mentionsToWire(mentionsOf(context, conversation, text, edit.mentions));
  const value = create(wire.EditSchema, { messageId: idToBytes(messageId), text, mentions });
  return context.transact((changes) => operate(context, changes, conversation, { case: 'edit', value }));
}

/** For everyone, by its author or an admin of the room. Its words go from every device. Throws `not-yours`. */
export function deleteForEveryone(context: EngineContext, messageId: MessageId): MessageId {
  const { conversation, place } = requireSendable(context, messageId);
  if (!place.isOwn) checkMayModerate(context, conversation);
  const value = create(wire.DeleteSchema, { messageId: idToBytes(messageId) });
  return context.transact((changes) => operate(context, changes, conversation, { case: 'delete', value }));
}

/** From this person's devices alone; also what was deleted for everyone leaves no mark then. */
export function deleteForMe(context: EngineContext, messageId: MessageId): void {
  const place = context.store.messages.place(messageId);
  const conversation = place === null ? null : context.store.conversations.byRow(place.conversation);
  if (conversation === null) throw new KithError('not-found', 'There is no such message on this device.');
  context.transact((changes) => {
    const value = create(wire.HideSchema, { messageId: idToBytes(messageId) });
    tellOwnDevices(context, changes, conversation, { case: 'hide', value });
    forgetMessage(context, changes, conversation.row, messageId);
  });
}

/** Throws `invalid-request` for what is no emoji, or one too many of them. */
export function react(context: EngineContext, messageId: MessageId, emoji: string, state: OnOff): MessageId {
  if (!isEmoji(emoji)) throw new KithError('invalid-request', 'A reaction is one emoji.');
  const { conversation } = requireSendable(context, messageId);
  const ownId = context.requireAccount().accountId;
  const own = context.store.reactions
    .of(messageId, conversation.row)
    .filter(({ authorId }) => authorId === ownId);
  if (state === 'on' && own.length >= MAX_EMOJI_PER_AUTHOR) {
    throw new KithError(
      'invalid-request',
      `You can react to one message with up to ${String(MAX_EMOJI_PER_AUTHOR)} different emoji.`,
    );
  }
  const value = create(wire.ReactionSchema, {
    messageId: idToBytes(messageId),
    emoji: canonicalEmoji(emoji),
    active: state === 'on',
  });
  return context.transact((changes) => operate(context, changes, conversation, { case: 'reaction', value }));
}

/** For everybody in the conversation. */
export function pinMessage(context: EngineContext, messageId: MessageId, state: OnOff): MessageId {
  const { conversation } = requireSendable(context, messageId);
  checkMayPin(context, conversation);
  const value = create(wire.PinSchema, { messageId: idToBytes(messageId), active: state === 'on' });
  return context.transact((changes) => operate(context, changes, conversation, { case: 'pin', value }));
}

/** For this person alone, to find it again. */
export function starMessage(context: EngineContext, messageId: MessageId, state: OnOff): void {
  const { conversation } = requireMessage(context, messageId);
  context.transact((changes) => {
    const value = create(wire.StarSchema, { messageId: idToBytes(messageId), active: state === 'on' });
    const stamp = tellOwnDevices(context, changes, conversation, { case: 'star', value });
    if (context.store.stars.put(messageId, state, stamp)) {
      annotate(context, changes, conversation.row, messageId);
    }
  });
}

function requireOwn(context: EngineContext, messageId: MessageId, act: string): Found {
  const found = requireSendable(context, messageId);
  if (!found.place.isOwn) throw new KithError('not-yours', `Only its author can ${act} a message.`);
  return found;
}

function requireSendable(context: EngineContext, messageId: MessageId): Found {
  const found = requireMessage(context, messageId);
  checkMaySend(context, found.conversation);
  return found;
}

/** The scripted engine: changes the world, and publishes what changed. */
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import type { ConversationView, Delivery, MessageView } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import { OWN_ACCOUNT, uuid } from './people.ts';
import { lastMessage } from './scenarios.ts';
import { comparePosition } from './paging.ts';
import type { World } from './world.ts';

/** Own messages stand at the end until the relay has given them their order. */
const PENDING_ORDER = Number.MAX_SAFE_INTEGER;

export interface Engine {
  readonly changeConversation: (roomId: RoomId, changes: Partial<ConversationView>) => ConversationView;
  readonly send: (roomId: RoomId, text: string) => MessageId;
  readonly receive: (roomId: RoomId, text: string) => MessageId;
  readonly setDelivery: (messageId: MessageId, delivery: Delivery) => void;
  readonly remove: (messageId: MessageId) => void;
  readonly find: (messageId: MessageId) => MessageView;
  readonly room: (roomId: RoomId) => ConversationView;
}

export function createEngine(world: World, publish: (event: KithEvent) => void): Engine {
  let made = 0;

  function room(roomId: RoomId): ConversationView {
    const conversation = world.conversations.get(roomId);
    if (conversation === undefined) throw new KithError('not-found', 'there is no such conversation');
    return conversation;
  }

  function changeConversation(roomId: RoomId, changes: Partial<ConversationView>): ConversationView {
    const conversation = { ...room(roomId), ...changes };
    world.conversations.set(roomId, conversation);
    publish({ type: 'conversation', conversation });
    return conversation;
  }

  function put(message: MessageView): void {
    const others = (world.messages.get(message.roomId) ?? []).filter(
      (one) => one.messageId !== message.messageId,
    );
    const messages = [...others, message].sort(comparePosition);
    world.messages.set(message.roomId, messages);
    publish({ type: 'messages', roomId: message.roomId, upserted: [message], removed: [] });
    changeConversation(message.roomId, {
      lastMessage: lastMessage(messages.at(-1) ?? message),
      lastActivityMs: Date.now(),
      unreadCount: messages.filter((one) => one.isUnread).length,
    });
  }

  function make(roomId: RoomId, text: string, author: 'me' | 'them'): MessageView {
    made += 1;
    const nowMs = Date.now();
    const isOwn = author === 'me';
    return {
      messageId: uuid(0xffff, made) as MessageId,
      roomId,
      order: isOwn ? PENDING_ORDER : orderFromMs(nowMs),
      row: 1_000_000 + made,
      authorId: isOwn ? OWN_ACCOUNT : room(roomId).peer.accountId,
      isOwn,
      body: { type: 'text', text },
      attachments: [],
      sentAtMs: nowMs,
      isUnread: !isOwn,
      delivery: isOwn ? { state: 'queued' } : null,
      isSuspicious: false,
    };
  }

  function find(messageId: MessageId): MessageView {
    for (const messages of world.messages.values()) {
      const message = messages.find((one) => one.messageId === messageId);
      if (message !== undefined) return message;
    }
    throw new KithError('not-found', 'there is no such message');
  }

  return {
    changeConversation,
    room,
    find,
    send(roomId, text) {
      const message = make(roomId, text, 'me');
      put(message);
      return message.messageId;
    },
    receive(roomId, text) {
      const message = make(roomId, text, 'them');
      put(message);
      const { username, displayName } = room(roomId).peer;
      publish({ type: 'received', message, from: { username, displayName }, isRequest: false });
      return message.messageId;
    },
    setDelivery(messageId, delivery) {
      const message = find(messageId);
      const isPending =
        delivery.state === 'queued' || delivery.state === 'encrypted' || delivery.state === 'failed';
      const order = isPending ? PENDING_ORDER : Math.min(message.order, orderFromMs(Date.now()));
      put({ ...message, delivery, order });
    },
    remove(messageId) {
      const { roomId } = find(messageId);
      const rest = (world.messages.get(roomId) ?? []).filter((one) => one.messageId !== messageId);
      world.messages.set(roomId, rest);
      publish({ type: 'messages', roomId, upserted: [], removed: [messageId] });
      const last = rest.at(-1);
      changeConversation(roomId, { lastMessage: last === undefined ? null : lastMessage(last) });
    },
  };
}

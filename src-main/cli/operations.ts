/** What may stand on a line of standard input, and what each operation does. */
import { z } from 'zod';
import type { ConversationView, MessageView } from '../../src-shared/contract/views.ts';
import { assertNever, KithError } from '../../src-shared/errors.ts';
import { isUuid } from '../../src-shared/ids.ts';
import { MAX_ATTACHMENTS } from '../../src-shared/protocol/limits.ts';
import { normalizeUsername } from '../engine/contacts/service.ts';
import type { Engine } from '../engine/engine.ts';
import { attach, download } from './attachments.ts';
import { describeMessage, type Emit, type Names } from './output.ts';

const username = z.string().min(1).max(64);
const path = z.string().min(1).max(4096);
const fileId = z.string().refine(isUuid, 'not a file id');
const ref = z.union([z.string(), z.number()]).optional();

export const operationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('send'), to: username, text: z.string(), ref }),
  z.strictObject({
    op: z.literal('history'),
    with: username,
    limit: z.int().min(1).max(1_000_000).default(50),
    ref,
  }),
  z.strictObject({ op: z.literal('read'), with: username, ref }),
  z.strictObject({ op: z.literal('accept'), from: username, ref }),
  z.strictObject({ op: z.literal('block'), who: username, ref }),
  z.strictObject({ op: z.literal('unblock'), who: username, ref }),
  z.strictObject({ op: z.literal('typing'), to: username, state: z.enum(['typing', 'stopped']), ref }),
  z.strictObject({ op: z.literal('retry'), messageId: z.string().refine(isUuid, 'not a message id'), ref }),
  z.strictObject({ op: z.literal('verify'), who: username, ref }),
  z.strictObject({ op: z.literal('acknowledge'), who: username, ref }),
  z.strictObject({
    op: z.literal('attach'),
    to: username,
    path: z.union([path, z.array(path).min(1).max(MAX_ATTACHMENTS)]),
    text: z.string().default(''),
    ref,
  }),
  z.strictObject({ op: z.literal('download'), fileId, path, overwrite: z.boolean().optional(), ref }),
  z.strictObject({ op: z.literal('cancel'), fileId, ref }),
  z.strictObject({ op: z.literal('pause'), fileId, ref }),
  z.strictObject({ op: z.literal('resume'), fileId, ref }),
  z.strictObject({ op: z.literal('storage'), ref }),
  z.strictObject({
    op: z.literal('clean-up'),
    with: username.optional(),
    olderThanDays: z.number().nonnegative().optional(),
    largerThanBytes: z.int().nonnegative().optional(),
    ref,
  }),
  z.strictObject({ op: z.literal('conversations'), ref }),
  z.strictObject({ op: z.literal('status'), ref }),
  z.strictObject({ op: z.literal('quit'), ref }),
]);

export type Operation = z.infer<typeof operationSchema>;

/** Items of history in one request to the engine. */
const PAGE = 200;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Everything but `quit`, which ends the session instead. */
export async function perform(
  engine: Engine,
  names: Names,
  operation: Exclude<Operation, { op: 'quit' }>,
  emit: Emit,
): Promise<void> {
  switch (operation.op) {
    case 'send': {
      const { roomId } = await engine.request('conversations.start', { username: operation.to });
      const { messageId } = await engine.request('messages.send', { roomId, text: operation.text });
      emit('queued', { ref: operation.ref, messageId });
      return;
    }
    case 'history': {
      const messages = await newestMessages(
        engine,
        await conversation(engine, operation.with),
        operation.limit,
      );
      emit('history', {
        ref: operation.ref,
        with: operation.with,
        messages: messages.flatMap((message) => describeMessage(message, names) ?? []),
      });
      return;
    }
    case 'read': {
      const { roomId } = await conversation(engine, operation.with);
      const page = await engine.request('messages.page', { roomId, from: { at: 'newest' }, limit: 1 });
      const newest = page.messages.at(-1);
      if (newest !== undefined) {
        await engine.request('conversations.markRead', {
          roomId,
          upTo: { order: newest.order, row: newest.row },
        });
      }
      emit('done', { op: operation.op, ref: operation.ref });
      return;
    }
    case 'accept':
      return change(engine, 'conversations.accept', operation.from, operation, emit);
    case 'block':
      return change(engine, 'conversations.block', operation.who, operation, emit);
    case 'unblock':
      return change(engine, 'conversations.unblock', operation.who, operation, emit);
    case 'typing': {
      const { roomId } = await conversation(engine, operation.to);
      await engine.request('conversations.setTyping', { roomId, state: operation.state });
      emit('done', { op: operation.op, ref: operation.ref });
      return;
    }
    case 'retry':
      await engine.request('messages.retry', { messageId: operation.messageId });
      emit('done', { op: operation.op, ref: operation.ref });
      return;
    case 'verify': {
      const { peer } = await conversation(engine, operation.who);
      const { digits } = await engine.request('contacts.safetyNumber', { accountId: peer.accountId });
      emit('safety-number', { ref: operation.ref, who: operation.who, digits, identity: peer.identity });
      return;
    }
    case 'acknowledge': {
      const { peer } = await conversation(engine, operation.who);
      await engine.request('contacts.acknowledgeIdentity', { accountId: peer.accountId });
      emit('done', { op: operation.op, ref: operation.ref });
      return;
    }
    case 'attach':
      return attach(engine, operation, emit);
    case 'download':
      return download(engine, operation, emit);
    case 'cancel':
    case 'pause':
    case 'resume':
      await engine.request(`attachments.${operation.op}`, { fileId: operation.fileId });
      emit('done', { op: operation.op, ref: operation.ref });
      return;
    case 'storage':
      emit('storage', { ref: operation.ref, ...(await storage(engine)) });
      return;
    case 'clean-up': {
      const room = operation.with === undefined ? null : await conversation(engine, operation.with);
      const freed = await engine.request('storage.cleanUp', {
        ...(room === null ? {} : { roomId: room.roomId }),
        ...(operation.largerThanBytes === undefined ? {} : { largerThanBytes: operation.largerThanBytes }),
        olderThanMs: Math.floor((operation.olderThanDays ?? 0) * DAY_MS),
      });
      emit('cleaned-up', { ref: operation.ref, ...freed });
      return;
    }
    case 'conversations': {
      const all = await engine.request('conversations.list', {});
      emit('conversations', {
        ref: operation.ref,
        conversations: all.map(({ peer, state, unreadCount }) => ({
          with: peer.username,
          state,
          unreadCount,
        })),
      });
      return;
    }
    case 'status': {
      const { state, catchingUp } = await engine.request('connection.get', {});
      const diagnostics = await engine.request('diagnostics.get', {});
      emit('status', {
        ref: operation.ref,
        connection: state,
        catchingUp: catchingUp !== null,
        ...diagnostics,
      });
      return;
    }
    default:
      assertNever(operation);
  }
}

async function change(
  engine: Engine,
  request: 'conversations.accept' | 'conversations.block' | 'conversations.unblock',
  who: string,
  operation: Operation,
  emit: Emit,
): Promise<void> {
  const { roomId } = await conversation(engine, who);
  await engine.request(request, { roomId });
  emit('done', { op: operation.op, ref: operation.ref });
}

async function storage(engine: Engine) {
  const { totalBytes, rooms } = await engine.request('storage.usage', {});
  const all = await engine.request('conversations.list', {});
  return {
    totalBytes,
    rooms: rooms.map(({ roomId, bytes, files }) => ({
      with: all.find((view) => view.roomId === roomId)?.peer.username,
      bytes,
      files,
    })),
  };
}

/** A conversation that is in the store already. Throws `not-found`. */
export async function conversation(engine: Engine, who: string): Promise<ConversationView> {
  const all = await engine.request('conversations.list', {});
  const username = normalizeUsername(who);
  const found = all.find((candidate) => candidate.peer.username === username);
  if (found === undefined) throw new KithError('not-found', `There is no conversation with "${who}" yet.`);
  return found;
}

/** Oldest first. */
export async function newestMessages(
  engine: Engine,
  { roomId }: ConversationView,
  limit: number,
): Promise<readonly MessageView[]> {
  let messages: readonly MessageView[] = [];
  let hasOlder = true;
  while (hasOlder && messages.length < limit) {
    const oldest = messages[0];
    const page = await engine.request('messages.page', {
      roomId,
      from:
        oldest === undefined
          ? { at: 'newest' }
          : { at: 'before', cursor: { order: oldest.order, row: oldest.row } },
      limit: Math.min(PAGE, limit - messages.length),
    });
    messages = [...page.messages, ...messages];
    hasOlder = page.hasOlder;
  }
  return messages;
}

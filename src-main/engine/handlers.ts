/** The engine's answers to the contract: one line each, to the capability that does it. */
import type { EngineRequestName, Handlers } from '../../src-shared/contract/requests.ts';
import { KithError } from '../../src-shared/errors.ts';
import { accountView, registerAccount, setDisplayName } from './account/register.ts';
import { acknowledgeIdentity, safetyNumber, setVerified, startConversation } from './contacts/service.ts';
import { contactView } from './contacts/view.ts';
import type { FileFolder } from './attachments/file-folder.ts';
import { retryUploads, sendWithAttachments } from './attachments/send.ts';
import { attachmentHandlers } from './attachments/service.ts';
import type { Transfers } from './attachments/transfers.ts';
import type { EngineContext } from './context.ts';
import {
  acceptRequest,
  block,
  markRead,
  setDraft,
  setMuted,
  setPinned,
  setTimer,
  unblock,
} from './conversations/service.ts';
import { conversationView } from './conversations/view.ts';
import type { History } from './messages/history.ts';
import {
  deleteForEveryone,
  deleteForMe,
  editMessage,
  pinMessage,
  react,
  starMessage,
} from './messages/change.ts';
import { requireConversation, requireDirect } from './messages/checks.ts';
import { discardMessage, retryMessage } from './messages/outbound.ts';
import { forwardMessage, sendText } from './messages/send.ts';
import { messageVersions } from './messages/versions.ts';
import type { Publisher } from './publisher.ts';
import type { Repositories } from './repositories.ts';
import type { RelayConnection } from './sync/connection.ts';
import { roomHandlers } from './rooms/handlers.ts';
import { followThread, readThread, setThreadDraft } from './threads/service.ts';
import { threadInbox, threadView } from './threads/view.ts';
import { sendTyping } from './typing/send.ts';

function found<View>(view: View | null): View {
  if (view === null) throw new KithError('not-found', 'There is no such message on this device.');
  return view;
}

export interface HandlerParts {
  readonly context: EngineContext;
  readonly connection: RelayConnection;
  readonly publisher: Publisher;
  readonly folder: FileFolder;
  readonly transfers: Transfers;
  /** On the reading connection, like `history`. */
  readonly read: Repositories;
  readonly history: History;
}

export function engineHandlers(parts: HandlerParts): Handlers<EngineRequestName> {
  const { context, connection, publisher, read, history } = parts;
  const view = (roomId: Parameters<typeof requireConversation>[1]) =>
    conversationView(read, history, requireDirect(context, roomId));
  const nothing = (work: () => void): null => {
    work();
    return null;
  };

  return {
    'account.get': () => (context.account?.state === 'registered' ? accountView(context.account) : null),
    'account.register': async (params) => {
      const account = await registerAccount(context, connection, params);
      publisher.publish({ type: 'account', account });
      return account;
    },
    'account.setDisplayName': ({ displayName }) => {
      const account = setDisplayName(context, displayName);
      publisher.publish({ type: 'account', account });
      return account;
    },

    'connection.get': () => connection.view,
    'connection.retry': () => nothing(() => connection.retryNow()),

    'conversations.list': () =>
      read.conversations
        .all()
        .flatMap((conversation) =>
          conversation.kind === 'direct' ? [conversationView(read, history, conversation)] : [],
        ),
    'conversations.get': ({ roomId }) => view(roomId),
    'conversations.start': async ({ username }) =>
      view((await startConversation(context, connection, username)).roomId),
    'conversations.accept': ({ roomId }) =>
      nothing(() => {
        acceptRequest(context, roomId);
        // The thumbnails of a stranger waited for this.
        parts.transfers.wake();
      }),
    'conversations.block': ({ roomId }) => nothing(() => block(context, roomId)),
    'conversations.unblock': ({ roomId }) => nothing(() => unblock(context, roomId)),
    'conversations.pin': ({ roomId, state }) => nothing(() => setPinned(context, roomId, state)),
    'conversations.mute': ({ roomId, state }) => nothing(() => setMuted(context, roomId, state)),
    'conversations.markRead': ({ roomId, upTo }) => nothing(() => markRead(context, roomId, upTo)),
    'conversations.setDraft': ({ roomId, text }) => nothing(() => setDraft(context, roomId, text)),
    'conversations.setTyping': async ({ roomId, state }) => {
      await sendTyping(context, connection.api, requireConversation(context, roomId), state);
      return null;
    },

    'conversations.setTimer': ({ roomId, seconds }) => nothing(() => setTimer(context, roomId, seconds)),
    'conversations.pinned': ({ roomId }) =>
      read.pins
        .all(requireConversation(context, roomId).row)
        .flatMap((messageId) => history.message(messageId) ?? []),

    ...roomHandlers({ context, connection, read, history }),

    'messages.page': ({ roomId, from, limit }) =>
      history.page({ conversation: requireConversation(context, roomId).row, thread: null }, from, limit),
    'messages.get': ({ messageId }) => found(history.message(messageId)),
    'messages.send': ({ roomId, attachments = [], ...saying }) => ({
      messageId:
        attachments.length === 0
          ? sendText(context, roomId, saying)
          : sendWithAttachments(context, roomId, saying, attachments),
    }),
    'messages.forward': ({ messageId, to }) => ({ messageIds: forwardMessage(context, messageId, to) }),
    'messages.edit': ({ messageId, ...edit }) => ({ operationId: editMessage(context, messageId, edit) }),
    'messages.deleteForEveryone': ({ messageId }) => ({ operationId: deleteForEveryone(context, messageId) }),
    'messages.deleteForMe': ({ messageId }) => nothing(() => deleteForMe(context, messageId)),
    'messages.react': ({ messageId, emoji, state }) => ({
      operationId: react(context, messageId, emoji, state),
    }),
    'messages.pin': ({ messageId, state }) => ({ operationId: pinMessage(context, messageId, state) }),
    'messages.star': ({ messageId, state }) => nothing(() => starMessage(context, messageId, state)),
    'messages.starred': ({ limit }) =>
      read.stars.newest(limit).flatMap((messageId) => history.message(messageId) ?? []),
    'messages.versions': ({ messageId }) => messageVersions(read, messageId),

    'threads.inbox': (page) => threadInbox(read, history, page),
    'threads.get': ({ roomId, root }) =>
      threadView(read, history, requireConversation(context, roomId), root),
    'threads.page': ({ roomId, root, from, limit }) =>
      history.page({ conversation: requireConversation(context, roomId).row, thread: root }, from, limit),
    'threads.markRead': ({ upTo, ...thread }) => nothing(() => readThread(context, thread, upTo)),
    'threads.follow': ({ state, ...thread }) => nothing(() => followThread(context, thread, state)),
    'threads.setDraft': ({ text, ...thread }) => nothing(() => setThreadDraft(context, thread, text)),

    'messages.retry': ({ messageId }) =>
      nothing(() => {
        if (!retryUploads(context, messageId)) retryMessage(context, messageId);
      }),
    'messages.discard': ({ messageId }) => nothing(() => discardMessage(context, messageId)),
    'messages.details': ({ messageId }) => found(history.details(messageId)),

    ...attachmentHandlers(parts),

    'contacts.get': ({ accountId }) => contactView(read, accountId),
    'contacts.safetyNumber': ({ accountId }) => safetyNumber(context, accountId),
    'contacts.setVerified': ({ accountId, state }) => setVerified(context, accountId, state),
    'contacts.acknowledgeIdentity': ({ accountId }) => acknowledgeIdentity(context, accountId),

    'diagnostics.get': () => ({ ...read.outbox.unsent(), parked: read.parked.counts() }),

    'recovery.get': () => read.account.recovery(),
    'recovery.dismiss': () =>
      nothing(() => {
        context.transact(() => {
          context.store.account.dismissRecovery();
        });
      }),

    'settings.get': () => read.settings.get(),
    'settings.set': (changes) => {
      context.transact(() => {
        context.store.settings.set(changes);
      });
      const settings = read.settings.get();
      publisher.publish({ type: 'settings', settings });
      return settings;
    },
  };
}

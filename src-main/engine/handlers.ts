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
  unblock,
} from './conversations/service.ts';
import { conversationView } from './conversations/view.ts';
import type { History } from './messages/history.ts';
import { discardMessage, requireConversation, retryMessage, sendText } from './messages/send.ts';
import type { Publisher } from './publisher.ts';
import type { Repositories } from './repositories.ts';
import type { RelayConnection } from './sync/connection.ts';
import { sendTyping } from './typing/send.ts';

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
    conversationView(read, history, requireConversation(context, roomId));
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
      read.conversations.all().map((conversation) => conversationView(read, history, conversation)),
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

    'messages.page': ({ roomId, from, limit }) =>
      history.page(requireConversation(context, roomId).row, from, limit),
    'messages.send': ({ roomId, text, attachments = [] }) => ({
      messageId:
        attachments.length === 0
          ? sendText(context, roomId, text)
          : sendWithAttachments(context, roomId, text, attachments),
    }),
    'messages.retry': ({ messageId }) =>
      nothing(() => {
        if (!retryUploads(context, messageId)) retryMessage(context, messageId);
      }),
    'messages.discard': ({ messageId }) => nothing(() => discardMessage(context, messageId)),
    'messages.details': ({ messageId }) => {
      const details = history.details(messageId);
      if (details === null) throw new KithError('not-found', 'There is no such message on this device.');
      return details;
    },

    ...attachmentHandlers(parts),

    'contacts.get': ({ accountId }) => contactView(read, accountId),
    'contacts.safetyNumber': ({ accountId }) => safetyNumber(context, accountId),
    'contacts.setVerified': ({ accountId, state }) => setVerified(context, accountId, state),
    'contacts.acknowledgeIdentity': ({ accountId }) => acknowledgeIdentity(context, accountId),

    'diagnostics.get': () => ({ ...read.outbox.unsent(), parked: read.parked.counts() }),

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

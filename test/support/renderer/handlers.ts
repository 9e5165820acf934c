/** Answers to every request of the contract, from the scripted world. */
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import type { Handlers, RequestName } from '../../../src-shared/contract/requests.ts';
import type { ConversationView } from '../../../src-shared/contract/views.ts';
import { KithError } from '../../../src-shared/errors.ts';
import type { AccountId } from '../../../src-shared/ids.ts';
import { formatJoinLink } from '../../../src-shared/protocol/join-link.ts';
import type { Engine } from './engine.ts';
import { comparePosition, pageOf } from './paging.ts';
import { contact, emptyConversation, OWN_DEVICE } from './people.ts';
import { openState, ownAccount, type World } from './world.ts';

export type ScriptedHandlers = Handlers<RequestName>;

const RECOVERY_KEY = 'QZ4M-7H2K-N9TD-3WXA-5LRC-8VBE';
const SAFETY_DIGITS = '301245577098241136620493518870915523764018826641072954317760';

export function createHandlers(
  world: World,
  engine: Engine,
  publish: (event: KithEvent) => void,
): ScriptedHandlers {
  const byPeer = (accountId: AccountId): ConversationView => {
    const found = [...world.conversations.values()].find((room) => room.peer.accountId === accountId);
    if (found === undefined) throw new KithError('not-found', 'there is no such person');
    return found;
  };
  const setIdentity = (accountId: AccountId, identity: 'verified' | 'unverified') => {
    const { roomId, peer } = byPeer(accountId);
    return engine.changeConversation(roomId, { peer: { ...peer, identity } }).peer;
  };
  const noFiles = (): never => {
    throw new KithError('not-found', 'nobody in this world has files');
  };
  const open = (
    account: typeof ownAccount | null,
    kept: Partial<Extract<World['appState'], { phase: 'open' }>> = {},
  ): void => {
    world.appState = { ...openState(account), ...kept };
    publish({ type: 'app-state', state: world.appState });
  };

  return {
    ...unscripted(),
    'account.get': () => (world.appState.phase === 'open' ? world.appState.account : null),
    'account.register'({ relay, username, displayName }) {
      if (username === 'taken') throw new KithError('username-taken', 'taken');
      if (relay.includes('closed')) throw new KithError('registration-closed', 'closed');
      if (relay.includes('unreachable')) throw new KithError('relay-unreachable', 'unreachable');
      const account = { ...ownAccount, username, displayName: displayName ?? username };
      open(account);
      return account;
    },
    'account.setDisplayName': ({ displayName }) => ({ ...ownAccount, displayName }),

    'recovery.get': () => world.recovery,
    'recovery.dismiss'() {
      world.recovery = null;
      return null;
    },

    'connection.get': () => world.connection,
    'connection.retry'() {
      world.connection = { ...world.connection, state: 'connecting', retryAtMs: null };
      publish({ type: 'connection', connection: world.connection });
      return null;
    },

    'conversations.list': () => [...world.conversations.values()],
    'conversations.get': ({ roomId }) => engine.room(roomId),
    'conversations.start'({ username }) {
      if (username === ownAccount.username) throw new KithError('cannot-message-self', 'self');
      if (username === 'nobody') throw new KithError('username-unknown', 'unknown');
      const number = 5000 + world.conversations.size;
      const conversation = emptyConversation(number, contact(number, username, username));
      world.conversations.set(conversation.roomId, conversation);
      publish({ type: 'conversation', conversation });
      return conversation;
    },
    'conversations.accept': ({ roomId }) =>
      done(() => engine.changeConversation(roomId, { state: 'active' })),
    'conversations.block': ({ roomId }) =>
      done(() => engine.changeConversation(roomId, { state: 'blocked' })),
    'conversations.unblock': ({ roomId }) =>
      done(() => engine.changeConversation(roomId, { state: 'active' })),
    'conversations.pin': ({ roomId, state }) =>
      done(() => engine.changeConversation(roomId, { isPinned: state === 'pinned' })),
    'conversations.mute': ({ roomId, state }) =>
      done(() => engine.changeConversation(roomId, { isMuted: state === 'muted' })),
    'conversations.markRead'({ roomId, upTo }) {
      const messages = (world.messages.get(roomId) ?? []).map((message) =>
        message.isUnread && comparePosition(message, upTo) <= 0 ? { ...message, isUnread: false } : message,
      );
      world.messages.set(roomId, messages);
      const unreadCount = messages.filter((message) => message.isUnread).length;
      return done(() => engine.changeConversation(roomId, { unreadCount }));
    },
    'conversations.setDraft': ({ roomId, text }) =>
      done(() => engine.changeConversation(roomId, { draft: text })),
    'conversations.setTyping': () => null,

    'messages.page': ({ roomId, from, limit }) => pageOf(world.messages.get(roomId) ?? [], from, limit),
    'attachments.import': noFiles,
    'attachments.saveAs': noFiles,
    'attachments.get': noFiles,
    'attachments.download': noFiles,
    'attachments.pause': noFiles,
    'attachments.resume': noFiles,
    'attachments.cancel': noFiles,
    'attachments.openRange': noFiles,
    'storage.usage': () => ({ totalBytes: 0, rooms: [] }),
    'storage.cleanUp': () => ({ freedBytes: 0 }),
    'messages.send': ({ roomId, text }) => ({ messageId: engine.send(roomId, text) }),
    'messages.retry': ({ messageId }) =>
      done(() => {
        engine.setDelivery(messageId, { state: 'queued' });
      }),
    'messages.discard': ({ messageId }) =>
      done(() => {
        engine.remove(messageId);
      }),
    'messages.details'({ messageId }) {
      const message = engine.find(messageId);
      const { sentAtMs, isSuspicious } = message;
      return {
        messageId,
        authorDeviceId: OWN_DEVICE,
        sentAtMs,
        acceptedAtMs: sentAtMs + 80,
        receivedAtMs: sentAtMs + 120,
        deliveredAtMs: sentAtMs + 140,
        readAtMs: message.delivery?.state === 'read' ? sentAtMs + 60_000 : null,
        integrity: {
          signature: 'valid',
          chain: isSuspicious ? 'gap' : 'continues',
          clock: 'plausible',
        },
      };
    },

    'contacts.get': ({ accountId }) => byPeer(accountId).peer,
    'contacts.safetyNumber': () => ({ digits: SAFETY_DIGITS, scannable: btoa(SAFETY_DIGITS) }),
    'contacts.setVerified': ({ accountId, state }) => setIdentity(accountId, state),
    'contacts.acknowledgeIdentity': ({ accountId }) => setIdentity(accountId, 'unverified'),

    'diagnostics.get': () => ({
      unsentContents: 0,
      unsentOther: 0,
      parked: { waiting: 0, recovered: 0, 'given-up': 0 },
    }),

    'settings.get': () => world.settings,
    'settings.set'({ sendReadReceipts, sendTyping, theme, notificationContent }) {
      const { settings } = world;
      world.settings = {
        sendReadReceipts: sendReadReceipts ?? settings.sendReadReceipts,
        sendTyping: sendTyping ?? settings.sendTyping,
        theme: theme ?? settings.theme,
        notificationContent: notificationContent ?? settings.notificationContent,
      };
      publish({ type: 'settings', settings: world.settings });
      return world.settings;
    },

    'app.state': () => world.appState,
    'app.info': () => ({ version: '0.1.0', platform: 'linux', licence: 'AGPL-3.0-only', host: 'stand-in' }),
    'app.rendererReady': () => null,
    'app.setVisibleRoom': () => null,
    'app.openExternal': () => null,
    'app.copyText': () => null,
    'app.retry'() {
      open(null);
      return null;
    },
    'app.showDataFolder': () => null,

    'store.create'({ passphrase }) {
      world.passphrase = passphrase ?? '';
      // The real shell may publish the new state before its answer arrives.
      open(null, { recoveryKey: 'to-write-down' });
      return { recoveryKey: RECOVERY_KEY };
    },
    'store.unlock'(way) {
      const given = way.by === 'passphrase' ? way.passphrase : way.recoveryKey;
      const expected = way.by === 'passphrase' ? world.passphrase : RECOVERY_KEY;
      if (given !== expected) throw new KithError('wrong-passphrase', 'that does not open the store');
      open(ownAccount);
      return null;
    },

    'store.recoveryKey': () => ({ recoveryKey: RECOVERY_KEY }),
    'store.confirmRecoveryKey'() {
      if (world.appState.phase === 'open') open(world.appState.account);
      return null;
    },
    'store.renewRecoveryKey'({ passphrase }) {
      const needed = world.appState.phase === 'open' && world.appState.protection === 'passphrase';
      if (needed && passphrase !== world.passphrase)
        throw new KithError('wrong-passphrase', 'that does not open the store');
      return { recoveryKey: RECOVERY_KEY };
    },
    'store.changePassphrase'({ current, next }) {
      if (current !== world.passphrase)
        throw new KithError('wrong-passphrase', 'that does not open the store');
      world.passphrase = next;
      return null;
    },

    'hostedRelay.get': () => world.hostedRelay,
    'hostedRelay.start'() {
      const url = 'http://127.0.0.1:7400';
      world.hostedRelay = {
        state: 'running',
        url,
        joinLink: formatJoinLink({ relayUrl: 'http://192.168.1.20:7400', relayName: 'k7Q2' }),
      };
      publish({ type: 'hosted-relay', relay: world.hostedRelay });
      return world.hostedRelay;
    },
    'hostedRelay.stop'() {
      world.hostedRelay = { state: 'stopped' };
      publish({ type: 'hosted-relay', relay: world.hostedRelay });
      return world.hostedRelay;
    },
  };
}

/** What the interface does not ask yet: asking shows up as an error in the test that does. */
function unscripted() {
  const refuse = (): never => {
    throw new KithError('not-found', 'this world has no script for that');
  };
  return {
    'conversations.setTimer': refuse,
    'conversations.pinned': refuse,
    'messages.get': refuse,
    'rooms.list': refuse,
    'rooms.get': refuse,
    'rooms.create': refuse,
    'rooms.setDetails': refuse,
    'rooms.setPolicies': refuse,
    'rooms.setTimer': refuse,
    'rooms.invite': refuse,
    'rooms.remove': refuse,
    'rooms.setRole': refuse,
    'rooms.leave': refuse,
    'rooms.openLink': refuse,
    'rooms.closeLink': refuse,
    'rooms.join': refuse,
    'messages.forward': refuse,
    'messages.edit': refuse,
    'messages.deleteForEveryone': refuse,
    'messages.deleteForMe': refuse,
    'messages.react': refuse,
    'messages.pin': refuse,
    'messages.star': refuse,
    'messages.starred': refuse,
    'messages.versions': refuse,
    'threads.inbox': refuse,
    'threads.get': refuse,
    'threads.page': refuse,
    'threads.markRead': refuse,
    'threads.follow': refuse,
    'threads.setDraft': refuse,
  };
}

/** For requests whose answer says nothing: their effect comes as events. */
function done(effect: () => unknown): null {
  effect();
  return null;
}

/** The latest views the engine and the shell have published. Nothing here is computed, only kept. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import type {
  AccountView,
  AppInfo,
  AppState,
  ConnectionView,
  ConversationView,
  HostedRelayView,
  SettingsView,
} from '../../../src-shared/contract/views.ts';
import type { KithError } from '../../../src-shared/errors.ts';
import type { RoomId } from '../../../src-shared/ids.ts';

export type Loading =
  | { readonly state: 'waiting' }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly error: KithError };

export interface Views {
  readonly appState: AppState;
  readonly info: AppInfo | null;
  readonly connection: ConnectionView | null;
  readonly settings: SettingsView | null;
  readonly hostedRelay: HostedRelayView;
  readonly conversations: ReadonlyMap<RoomId, ConversationView>;
  /** Rooms in which the other person is writing. */
  readonly typing: ReadonlySet<RoomId>;
  /** Whether the list of conversations is complete. */
  readonly loading: Loading;
}

export type ViewsStore = StoreApi<Views>;

export function createViewsStore(): ViewsStore {
  return createStore<Views>(() => ({
    appState: { phase: 'starting' },
    info: null,
    connection: null,
    settings: null,
    hostedRelay: { state: 'stopped' },
    conversations: new Map(),
    typing: new Set(),
    loading: { state: 'waiting' },
  }));
}

/** The account, once the store is open and registration is done. */
export function accountOf(state: AppState): AccountView | null {
  return state.phase === 'open' ? state.account : null;
}

/** The account has changed; what else is known about the open store stays. */
export function withAccount(state: AppState, account: AccountView): AppState {
  return state.phase === 'open' ? { ...state, account } : state;
}

/** Applies a frame's worth of events; the maps are copied at most once. */
export function reduceViews(before: Views, events: readonly KithEvent[]): Views {
  const conversations = new Map(before.conversations);
  const typing = new Set(before.typing);
  let after = before;
  let touched = { conversations: false, typing: false };

  for (const event of events) {
    switch (event.type) {
      case 'app-state':
        after = { ...after, appState: event.state };
        break;
      case 'account':
        after = { ...after, appState: withAccount(after.appState, event.account) };
        break;
      case 'connection':
        after = { ...after, connection: event.connection };
        break;
      case 'settings':
        after = { ...after, settings: event.settings };
        break;
      case 'hosted-relay':
        after = { ...after, hostedRelay: event.relay };
        break;
      case 'conversation':
        conversations.set(event.conversation.roomId, event.conversation);
        touched = { ...touched, conversations: true };
        break;
      case 'typing':
        if (event.isTyping) typing.add(event.roomId);
        else typing.delete(event.roomId);
        touched = { ...touched, typing: true };
        break;
      default:
        // Messages, commands and announcements concern others.
        break;
    }
  }
  if (touched.conversations) after = { ...after, conversations };
  if (touched.typing) after = { ...after, typing };
  return after;
}

/** Takes an answered list without undoing what events said while the answer was on its way. */
export function mergeConversations(
  before: ReadonlyMap<RoomId, ConversationView>,
  known: ReadonlyMap<RoomId, ConversationView>,
  answered: readonly ConversationView[],
): ReadonlyMap<RoomId, ConversationView> {
  const merged = new Map(known);
  for (const conversation of answered) {
    const current = known.get(conversation.roomId);
    if (current === before.get(conversation.roomId)) merged.set(conversation.roomId, conversation);
  }
  return merged;
}

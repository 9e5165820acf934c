/** All state of the scripted engine: what a test may look at and change. */
import type {
  AccountView,
  AppState,
  ConnectionView,
  ConversationView,
  HostedRelayView,
  MessageView,
  RecoveryView,
  SettingsView,
} from '../../../src-shared/contract/views.ts';
import type { ErrorCode } from '../../../src-shared/errors.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { OWN_ACCOUNT, OWN_DEVICE } from './people.ts';

export interface World {
  appState: AppState;
  /** Passphrase that opens a locked store. */
  passphrase: string;
  connection: ConnectionView;
  settings: SettingsView;
  hostedRelay: HostedRelayView;
  recovery: RecoveryView | null;
  readonly conversations: Map<RoomId, ConversationView>;
  readonly messages: Map<RoomId, MessageView[]>;
  /** Requests that fail the next time, by name. */
  readonly failures: Map<string, ErrorCode>;
  /** Every request so far, oldest first. */
  readonly calls: { readonly name: string; readonly params: unknown }[];
}

export const ownAccount: AccountView = {
  accountId: OWN_ACCOUNT,
  deviceId: OWN_DEVICE,
  username: 'mara.koch',
  displayName: 'Mara Koch',
  relayUrl: 'https://relay.example.org',
  relayName: 'n4Wd',
};

export function openState(account: AccountView | null): Extract<AppState, { phase: 'open' }> {
  return { phase: 'open', account, protection: 'passphrase', recoveryKey: 'confirmed' };
}

export function emptyWorld(): World {
  return {
    appState: openState(ownAccount),
    passphrase: 'correct horse battery',
    connection: {
      state: 'online',
      relayUrl: ownAccount.relayUrl,
      latencyMs: 12,
      retryAtMs: null,
      reason: null,
      catchingUp: null,
    },
    settings: { sendReadReceipts: true, sendTyping: true, theme: 'system', notificationContent: 'all' },
    hostedRelay: { state: 'stopped' },
    recovery: null,
    conversations: new Map(),
    messages: new Map(),
    failures: new Map(),
    calls: [],
  };
}

/** Everything that is pushed towards the interface, without being asked. */
import type { RoomView } from './room-views.ts';
import type { ErrorCode } from '../errors.ts';
import type { AccountId, FileId, MessageId, RoomId } from '../ids.ts';
import type {
  AccountView,
  AppState,
  ConnectionView,
  ConversationView,
  HostedRelayView,
  MessageView,
  SettingsView,
  ThreadView,
} from './views.ts';

/** Published by the engine, after the change is durable. */
export type EngineEvent =
  | { readonly type: 'account'; readonly account: AccountView }
  | { readonly type: 'connection'; readonly connection: ConnectionView }
  | { readonly type: 'settings'; readonly settings: SettingsView }
  /** New or changed. */
  | { readonly type: 'conversation'; readonly conversation: ConversationView }
  | {
      readonly type: 'messages';
      readonly roomId: RoomId;
      /** New or changed. */
      readonly upserted: readonly MessageView[];
      readonly removed: readonly MessageId[];
    }
  | {
      readonly type: 'typing';
      readonly roomId: RoomId;
      readonly accountId: AccountId;
      readonly isTyping: boolean;
    }
  /** A message came in, once each, for notifications and bots. */
  | {
      readonly type: 'received';
      readonly message: MessageView;
      readonly from: { readonly username: string; readonly displayName: string };
      readonly isRequest: boolean;
    }
  /** New or changed. */
  | { readonly type: 'room'; readonly room: RoomView }
  /** Somebody holds a link that needs approval and asks to come in. */
  | {
      readonly type: 'room-join-request';
      readonly roomId: RoomId;
      readonly from: { readonly accountId: AccountId; readonly username: string };
    }
  /** A thread with its counts, new or changed. */
  | { readonly type: 'thread'; readonly thread: ThreadView }
  /** An edit, reaction or the like could not be sent; `messages.retry` tries again. */
  | {
      readonly type: 'operation-failed';
      readonly messageId: MessageId;
      readonly roomId: RoomId;
      readonly reason: ErrorCode;
    }
  /** Bytes of an attachment move, at most ten times a second, or its transfer came to another state. */
  | {
      readonly type: 'transfer';
      readonly fileId: FileId;
      readonly messageId: MessageId;
      readonly direction: 'up' | 'down';
      readonly state: 'running' | 'queued' | 'paused' | 'done' | 'failed' | 'cancelled';
      readonly bytes: number;
      readonly size: number;
      readonly reason: ErrorCode | null;
    }
  /** One of our messages, or of what we did to one, reached the relay. */
  | { readonly type: 'accepted'; readonly messageId: MessageId; readonly roomId: RoomId }
  | {
      readonly type: 'receipt';
      readonly messageId: MessageId;
      readonly roomId: RoomId;
      readonly kind: 'delivered' | 'read';
      readonly by: { readonly accountId: AccountId; readonly username: string };
    };

/** Published by the shell. */
export type ShellEvent =
  | { readonly type: 'app-state'; readonly state: AppState }
  | { readonly type: 'hosted-relay'; readonly relay: HostedRelayView }
  /** A notification was clicked or a link opened. */
  | { readonly type: 'open-room'; readonly roomId: RoomId }
  | { readonly type: 'join-link'; readonly link: string }
  | { readonly type: 'command'; readonly command: MenuCommand };

/** What the native menu asks the interface to do. */
export type MenuCommand =
  'new-conversation' | 'search' | 'settings' | 'next-conversation' | 'previous-conversation';

export type KithEvent = EngineEvent | ShellEvent;

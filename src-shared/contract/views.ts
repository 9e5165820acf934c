/**
 * What the interface shows, as plain data. The engine makes these from its store; nobody else owns
 * state. Times are Unix milliseconds.
 */
import type { ErrorCode, SerializedError } from '../errors.ts';
import type { AccountId, DeviceId, FileId, MessageId, RoomId } from '../ids.ts';

/** This store is empty because its predecessor was damaged; the account came back from its sealed copy. */
export interface RecoveryView {
  readonly atMs: number;
  /** Where the damaged file is now; null when it was not there at all. */
  readonly movedTo: string | null;
}

export interface AccountView {
  readonly accountId: AccountId;
  readonly deviceId: DeviceId;
  readonly username: string;
  readonly displayName: string;
  readonly relayUrl: string;
  /** What the relay calls itself; null until it has answered once, where the join link did not say. */
  readonly relayName: string | null;
}

/** How sure one can be that a contact's key is the contact's. */
export type IdentityState =
  /** Nobody compared safety numbers; trusted since first use. */
  | 'unverified'
  | 'verified'
  /** The key is not the one used before. Sending waits until a person has acknowledged it. */
  | 'changed';

export interface ContactView {
  readonly accountId: AccountId;
  readonly username: string;
  /** The name the contact chose, or the username. */
  readonly displayName: string;
  readonly identity: IdentityState;
}

export type RoomRole = 'member' | 'admin' | 'owner';

export type ConversationState =
  | 'active'
  /** A stranger wrote first; no receipts leave until the request is accepted. */
  | 'request'
  | 'blocked'
  /** A room this person is no longer in; what was said there stays. */
  | 'left';

/** How far a message of ours has come. */
export type Delivery =
  /** Durable on this device. */
  | { readonly state: 'queued' }
  /** Ciphertext is durable on this device; it may be on its way. */
  | { readonly state: 'encrypted' }
  /** Durable at the relay. */
  | { readonly state: 'accepted' }
  | { readonly state: 'delivered' }
  | { readonly state: 'read' }
  | { readonly state: 'failed'; readonly reason: ErrorCode };

export interface LastMessage {
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly isOwn: boolean;
  readonly body: MessageBody;
  readonly sentAtMs: number;
  readonly delivery: Delivery | null;
}

export interface ConversationView {
  readonly roomId: RoomId;
  readonly peer: ContactView;
  readonly state: ConversationState;
  readonly isPinned: boolean;
  readonly isMuted: boolean;
  /** Of messages that stand in the room itself. */
  readonly unreadCount: number;
  /** Of those, the ones that speak to this person. */
  readonly mentionCount: number;
  /** Of replies in followed threads of this room that do not stand in the room as well. */
  readonly threadUnreadCount: number;
  readonly lastMessage: LastMessage | null;
  /** Sorts the list: newest first. */
  readonly lastActivityMs: number;
  /** Empty when there is none. */
  readonly draft: string;
  /** Written on another device meanwhile; empty for none. */
  readonly olderDraft: string;
  /** How long new messages stay, in seconds; 0 for always. */
  readonly timerS: number;
}

/** Something about a room, its people or its name. */
export interface RoomNotice {
  readonly type: 'room';
  readonly change: 'created' | 'added' | 'joined' | 'removed' | 'left' | 'renamed' | 'topic';
  readonly by: AccountId;
  readonly whom: readonly AccountId[];
  /** The new name, where it was renamed. */
  readonly name?: string;
}

/** One quiet line in the conversation about something that is not a message. */
export type Notice =
  | { readonly type: 'identity-changed' }
  /** A message that could not be read. `outcome` says what became of it. */
  | { readonly type: 'unreadable'; readonly outcome: 'waiting' | 'given-up' }
  | RoomNotice
  /** 0 seconds: messages stay from now on. */
  | { readonly type: 'timer'; readonly by: AccountId; readonly seconds: number };

/** A range of a text, in UTF-16 code units, that speaks to somebody. `room` means everybody. */
export interface MentionView {
  readonly start: number;
  readonly length: number;
  readonly whom: AccountId | 'room';
}

export interface QuoteView {
  readonly messageId: MessageId;
  readonly authorId: AccountId;
  readonly text: string;
  /**
   * Against the original, where this device has it. `unverified`: it has not. `different`: the original
   * never said this. `deleted`: the original is gone, and so is what was quoted of it.
   */
  readonly state: 'verified' | 'unverified' | 'different' | 'deleted';
}

export interface ReactionView {
  readonly emoji: string;
  /** In the order in which they reacted. */
  readonly authorIds: readonly AccountId[];
  readonly isOwn: boolean;
}

export type MessageBody =
  | {
      readonly type: 'text';
      readonly text: string;
      readonly mentions: readonly MentionView[];
      readonly quote: QuoteView | null;
      readonly isForwarded: boolean;
    }
  /** Its author deleted it for everyone. */
  | { readonly type: 'deleted'; readonly by: AccountId }
  | { readonly type: 'notice'; readonly notice: Notice };

/** What the checks of DESIGN §7 said about a message when it came. */
export interface IntegrityVerdict {
  readonly signature: 'valid' | 'invalid';
  /** Against the author device's previous content in this room. */
  readonly chain: 'first' | 'continues' | 'late' | 'gap' | 'fork';
  /** Against the relay's time of acceptance. */
  readonly clock: 'plausible' | 'future';
}

/** How the bytes of an attachment stand. Progress between these comes as events. */
export interface TransferView {
  readonly direction: 'up' | 'down';
  readonly state: 'queued' | 'paused' | 'done' | 'failed' | 'cancelled';
  /** Why it failed. */
  readonly reason: ErrorCode | null;
}

export interface AttachmentView {
  readonly fileId: FileId;
  /** Safe to show, and to save under. */
  readonly name: string;
  /** As its sender says; a hint. */
  readonly mediaType: string;
  readonly size: number;
  /** Null where it is no image. */
  readonly image: { readonly width: number; readonly height: number; readonly blurHash: string } | null;
  /** A small WebP image, with its own bytes. */
  readonly thumbnail: {
    readonly fileId: FileId;
    readonly width: number;
    readonly height: number;
    readonly isLocal: boolean;
  } | null;
  /** All of it is on this device. */
  readonly isLocal: boolean;
  /** Our own image that could not be encoded anew: it leaves with all that is in it. */
  readonly isUnchangedImage: boolean;
  /** Null until somebody asks for it. */
  readonly transfer: TransferView | null;
}

/** Bytes of encrypted copies on this device. A file in two rooms counts in both, and once in the total. */
export interface StorageUsage {
  readonly totalBytes: number;
  readonly rooms: readonly { readonly roomId: RoomId; readonly bytes: number; readonly files: number }[];
}

export interface MessageView {
  readonly messageId: MessageId;
  readonly roomId: RoomId;
  /** Sorts the conversation, oldest first; the relay's order of acceptance, or the end while pending. */
  readonly order: number;
  /** Breaks ties of `order`. */
  readonly row: number;
  readonly authorId: AccountId;
  readonly isOwn: boolean;
  readonly body: MessageBody;
  readonly attachments: readonly AttachmentView[];
  readonly sentAtMs: number;
  readonly isUnread: boolean;
  /** Null for messages of others. */
  readonly delivery: Delivery | null;
  /** The thread a reply belongs to, and whether it stands in the room as well. Null in the room. */
  readonly inThread: { readonly root: MessageId; readonly alsoInRoom: boolean } | null;
  /** What hangs on this message; null where nobody has replied in a thread. */
  readonly thread: ThreadSummary | null;
  readonly reactions: readonly ReactionView[];
  /** Null where it stands as it was written. */
  readonly editedAtMs: number | null;
  readonly isPinned: boolean;
  readonly isStarred: boolean;
  readonly mentionsMe: boolean;
  /** When a disappearing message goes; null for one that stays, or that no relay has accepted yet. */
  readonly expiresAtMs: number | null;
  /** True when one of the integrity checks did not hold; `messages.details` says which. */
  readonly isSuspicious: boolean;
}

/** The chip under a message with replies. */
export interface ThreadSummary {
  readonly replyCount: number;
  /** Of replies; only a followed thread shows it. */
  readonly unreadCount: number;
  readonly isFollowed: boolean;
  /** Who wrote in it, the starter first; at most five. */
  readonly participantIds: readonly AccountId[];
  readonly lastReplyAtMs: number;
}

/** A thread as its inbox and its panel show it. */
export interface ThreadView extends ThreadSummary {
  readonly roomId: RoomId;
  readonly root: MessageId;
  /** The message it hangs on; null where this device does not have it. */
  readonly rootMessage: MessageView | null;
  /** From the words of the first message. */
  readonly title: string;
  readonly mentionCount: number;
  readonly lastReply: LastMessage | null;
  readonly draft: string;
  /** Written on another device meanwhile; empty for none. */
  readonly olderDraft: string;
  /** Sorts the inbox: newest first. */
  readonly lastOrder: number;
}

/** One wording of a message, oldest first. */
export interface MessageVersion {
  readonly text: string;
  readonly atMs: number;
  readonly authorDeviceId: DeviceId;
  readonly isShown: boolean;
  readonly integrity: IntegrityVerdict;
}

/** Where a page of history begins or ends. */
export interface HistoryCursor {
  readonly order: number;
  readonly row: number;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly MessageView[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** First unread message of the whole conversation. */
  readonly firstUnread: HistoryCursor | null;
}

export interface MessageDetails {
  readonly messageId: MessageId;
  readonly authorDeviceId: DeviceId;
  readonly sentAtMs: number;
  /** Null while the relay has not accepted it. */
  readonly acceptedAtMs: number | null;
  readonly receivedAtMs: number | null;
  readonly deliveredAtMs: number | null;
  readonly readAtMs: number | null;
  readonly integrity: IntegrityVerdict;
}

export interface SafetyNumber {
  /** 60 digits, equal on both sides. */
  readonly digits: string;
  /** What the QR code carries, base64. */
  readonly scannable: string;
}

export type ConnectionState =
  /** No account yet, or the system says there is no network. */
  | 'offline'
  | 'connecting'
  | 'online'
  /** Between two attempts. */
  | 'waiting'
  /** The relay refused this device; only a person can help. */
  | 'refused';

export interface ConnectionView {
  readonly state: ConnectionState;
  readonly relayUrl: string | null;
  /** Round trip of the last heartbeat. */
  readonly latencyMs: number | null;
  readonly retryAtMs: number | null;
  readonly reason: ErrorCode | null;
  /** While mail that waited at the relay is coming in. */
  readonly catchingUp: { readonly received: number; readonly total: number } | null;
}

export interface SettingsView {
  readonly sendReadReceipts: boolean;
  readonly sendTyping: boolean;
  readonly theme: 'system' | 'light' | 'dark';
  /** What a notification shows. */
  readonly notificationContent: 'all' | 'name' | 'nothing';
}

/** How the store and the line to the relay are doing; no content. */
export interface DiagnosticsView {
  /** Contents that no relay has confirmed yet. */
  readonly unsentContents: number;
  /** Receipts and resends that no relay has confirmed yet. */
  readonly unsentOther: number;
  /** Envelopes that could not be read, by what became of them. */
  readonly parked: { readonly waiting: number; readonly recovered: number; readonly 'given-up': number };
}

/** What opens the store from day to day. */
export type Protection = 'keychain' | 'passphrase';

/** Where the application stands as a whole. */
export type AppState =
  | { readonly phase: 'starting' }
  /** No store on this computer yet. */
  | { readonly phase: 'new'; readonly protection: Protection }
  | {
      readonly phase: 'locked';
      /** `keychain-changed`: the system keychain no longer opens the store; the recovery key does. */
      readonly by: 'passphrase' | 'keychain-changed';
      /** Whether there is a recovery key that could open the store. */
      readonly recovery: 'possible' | 'none';
      /** What would protect the store after the recovery key opened it. */
      readonly newProtection: Protection;
    }
  | { readonly phase: 'failed'; readonly error: SerializedError }
  /** The store is open. Without an account, registration comes next. */
  | {
      readonly phase: 'open';
      readonly account: AccountView | null;
      readonly protection: Protection;
      /** `to-write-down`: nobody has confirmed a recovery key; `store.recoveryKey` has one to show. */
      readonly recoveryKey: 'confirmed' | 'to-write-down';
    };

export interface AppInfo {
  readonly version: string;
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly licence: string;
  /** `electron`, or `stand-in` where the Electron binary cannot be had. */
  readonly host: 'electron' | 'stand-in';
}

/** The relay that this app can run itself. */
export type HostedRelayView =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting' }
  | { readonly state: 'running'; readonly url: string; readonly joinLink: string }
  | { readonly state: 'failed'; readonly error: SerializedError };

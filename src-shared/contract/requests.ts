/**
 * Every request the interface can make: its parameters as a schema, which the receiving side checks,
 * and its result as a type. What is not listed here cannot be called.
 */
import type { RoomView } from './room-views.ts';
import { z } from 'zod';
import { isUuid, type AccountId, type FileId, type MessageId, type RoomId } from '../ids.ts';
import {
  MAX_ATTACHMENTS,
  MAX_DISPLAY_NAME_CHARACTERS,
  MAX_MENTIONS,
  MAX_TEXT_BYTES,
  MAX_ROOM_NAME_CHARACTERS,
  MAX_ROOM_PICTURE_BYTES,
  MAX_ROOM_TOPIC_CHARACTERS,
  MAX_TIMER_S,
} from '../protocol/limits.ts';
import type {
  AccountView,
  AppInfo,
  AppState,
  AttachmentView,
  ConnectionView,
  ContactView,
  ConversationView,
  DiagnosticsView,
  HistoryPage,
  HostedRelayView,
  MessageDetails,
  MessageVersion,
  MessageView,
  RecoveryView,
  SafetyNumber,
  SettingsView,
  StorageUsage,
  ThreadView,
} from './views.ts';

export interface RequestSpec<Params extends z.ZodType, Result> {
  readonly params: Params;
  /** Type only: never present at run time. */
  readonly result?: Result;
}

function answering<Result>() {
  return <Params extends z.ZodType>(params: Params): RequestSpec<Params, Result> => ({ params });
}

const nothing = z.strictObject({});
const uuid = z.string().refine(isUuid, 'not an id');
const roomId = uuid.transform((id) => id as RoomId);
const messageId = uuid.transform((id) => id as MessageId);
const fileId = uuid.transform((id) => id as FileId);
const path = z.string().min(1).max(32_767);
const accountId = uuid.transform((id) => id as AccountId);
/** For the clipboard. Texts to be sent are measured by the engine, which says how much too long they are. */
const clipboardText = z.string().max(MAX_TEXT_BYTES);
const name = z.string().trim().min(1).max(MAX_DISPLAY_NAME_CHARACTERS);
const username = z.string().trim().min(1).max(64);
const address = z.string().trim().min(1).max(2048);
const secret = z.string().min(1).max(1024);
const onOff = z.enum(['on', 'off']);
const mention = z.strictObject({
  start: z.number().int().min(0),
  length: z.number().int().min(1),
  whom: z.union([z.literal('room'), accountId]),
});
const cursor = z.strictObject({ order: z.number().int().nonnegative(), row: z.number().int().nonnegative() });

/** Characters of a draft: more than fits a message, little enough to write on every pause. */
const MAX_DRAFT = 1_000_000;

/** Items of history in one answer: several screens, well under a frame's time to read. */
const MAX_PAGE = 200;

const role = z.enum(['member', 'admin', 'owner']);
const roomName = z.string().trim().min(1).max(MAX_ROOM_NAME_CHARACTERS);
const roomTopic = z.string().trim().max(MAX_ROOM_TOPIC_CHARACTERS);
const pageLimit = z.number().int().min(1).max(MAX_PAGE);
const pageStart = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('newest') }),
  z.strictObject({ at: z.literal('before'), cursor }),
  z.strictObject({ at: z.literal('after'), cursor }),
  z.strictObject({ at: z.literal('around'), cursor }),
]);

/** Conversations one message may be passed on to at once. */
const MAX_FORWARDS = 20;
/** Bytes of a file in one answer: an image of the usual size. */
const MAX_RANGE = 16 * 1024 * 1024;

/** Answered by the engine. */
export const engineRequests = {
  'account.get': answering<AccountView | null>()(nothing),
  'account.register': answering<AccountView>()(
    z.strictObject({ relay: address, username, displayName: name.optional() }),
  ),
  'account.setDisplayName': answering<AccountView>()(z.strictObject({ displayName: name })),

  'connection.get': answering<ConnectionView>()(nothing),
  'connection.retry': answering<null>()(nothing),

  'conversations.list': answering<readonly ConversationView[]>()(nothing),
  'conversations.get': answering<ConversationView>()(z.strictObject({ roomId })),
  'conversations.start': answering<ConversationView>()(z.strictObject({ username })),
  'conversations.accept': answering<null>()(z.strictObject({ roomId })),
  'conversations.block': answering<null>()(z.strictObject({ roomId })),
  'conversations.unblock': answering<null>()(z.strictObject({ roomId })),
  'conversations.pin': answering<null>()(z.strictObject({ roomId, state: z.enum(['pinned', 'unpinned']) })),
  'conversations.mute': answering<null>()(z.strictObject({ roomId, state: z.enum(['muted', 'unmuted']) })),
  'conversations.markRead': answering<null>()(z.strictObject({ roomId, upTo: cursor })),
  // A draft may be too long to send: it is kept all the same.
  'conversations.setDraft': answering<null>()(z.strictObject({ roomId, text: z.string().max(MAX_DRAFT) })),
  'conversations.setTyping': answering<null>()(
    z.strictObject({ roomId, state: z.enum(['typing', 'stopped']) }),
  ),

  'conversations.setTimer': answering<null>()(
    z.strictObject({ roomId, seconds: z.number().int().min(0).max(MAX_TIMER_S) }),
  ),
  /** Newest first. */
  'conversations.pinned': answering<readonly MessageView[]>()(z.strictObject({ roomId })),

  'rooms.list': answering<readonly RoomView[]>()(nothing),
  'rooms.get': answering<RoomView>()(z.strictObject({ roomId })),
  'rooms.create': answering<RoomView>()(
    z.strictObject({ name: roomName, topic: roomTopic.default(''), usernames: z.array(username).max(499) }),
  ),
  'rooms.setDetails': answering<RoomView>()(
    z.strictObject({
      roomId,
      name: roomName.optional(),
      topic: roomTopic.optional(),
      /** Base64 of a small image; empty removes it. */
      picture: z
        .base64()
        .max(Math.ceil((MAX_ROOM_PICTURE_BYTES * 4) / 3) + 4)
        .optional(),
    }),
  ),
  'rooms.setPolicies': answering<RoomView>()(
    z.strictObject({ roomId, post: role.optional(), invite: role.optional(), pin: role.optional() }),
  ),
  'rooms.setTimer': answering<RoomView>()(
    z.strictObject({ roomId, seconds: z.number().int().min(0).max(MAX_TIMER_S) }),
  ),
  'rooms.invite': answering<RoomView>()(
    z.strictObject({ roomId, usernames: z.array(username).min(1).max(499) }),
  ),
  'rooms.remove': answering<RoomView>()(z.strictObject({ roomId, username })),
  'rooms.setRole': answering<RoomView>()(z.strictObject({ roomId, username, role })),
  'rooms.leave': answering<RoomView>()(z.strictObject({ roomId })),
  'rooms.openLink': answering<RoomView>()(
    z.strictObject({ roomId, admission: z.enum(['open', 'approval']) }),
  ),
  'rooms.closeLink': answering<RoomView>()(z.strictObject({ roomId })),
  /** `asked`: its admins decide. */
  'rooms.join': answering<{ readonly roomId: RoomId; readonly outcome: 'joined' | 'asked' }>()(
    z.strictObject({ link: address }),
  ),

  'messages.page': answering<HistoryPage>()(z.strictObject({ roomId, from: pageStart, limit: pageLimit })),
  'messages.get': answering<MessageView>()(z.strictObject({ messageId })),
  'messages.send': answering<{ readonly messageId: MessageId }>()(
    z.strictObject({
      roomId,
      text: z.string(),
      attachments: z.array(fileId).max(MAX_ATTACHMENTS).optional(),
      /** Found in the text where absent. */
      mentions: z.array(mention).max(MAX_MENTIONS).optional(),
      quote: messageId.optional(),
      thread: z.strictObject({ root: messageId, place: z.enum(['thread', 'thread-and-room']) }).optional(),
    }),
  ),
  'messages.forward': answering<{ readonly messageIds: readonly MessageId[] }>()(
    z.strictObject({ messageId, to: z.array(roomId).min(1).max(MAX_FORWARDS) }),
  ),
  // These answer with the id of the operation; `accepted` tells when the relay has it.
  'messages.edit': answering<{ readonly operationId: MessageId }>()(
    z.strictObject({ messageId, text: z.string(), mentions: z.array(mention).max(MAX_MENTIONS).optional() }),
  ),
  'messages.deleteForEveryone': answering<{ readonly operationId: MessageId }>()(
    z.strictObject({ messageId }),
  ),
  'messages.deleteForMe': answering<null>()(z.strictObject({ messageId })),
  'messages.react': answering<{ readonly operationId: MessageId }>()(
    z.strictObject({ messageId, emoji: z.string().min(1).max(64), state: onOff }),
  ),
  'messages.pin': answering<{ readonly operationId: MessageId }>()(
    z.strictObject({ messageId, state: onOff }),
  ),
  'messages.star': answering<null>()(z.strictObject({ messageId, state: onOff })),
  /** Newest star first. */
  'messages.starred': answering<readonly MessageView[]>()(z.strictObject({ limit: pageLimit })),
  /** All wordings, oldest first. */
  'messages.versions': answering<readonly MessageVersion[]>()(z.strictObject({ messageId })),

  /** Followed threads, newest activity first. */
  'threads.inbox': answering<readonly ThreadView[]>()(
    z.strictObject({ offset: z.number().int().min(0).default(0), limit: pageLimit }),
  ),
  'threads.get': answering<ThreadView>()(z.strictObject({ roomId, root: messageId })),
  'threads.page': answering<HistoryPage>()(
    z.strictObject({ roomId, root: messageId, from: pageStart, limit: pageLimit }),
  ),
  'threads.markRead': answering<null>()(z.strictObject({ roomId, root: messageId, upTo: cursor })),
  'threads.follow': answering<null>()(z.strictObject({ roomId, root: messageId, state: onOff })),
  'threads.setDraft': answering<null>()(
    z.strictObject({ roomId, root: messageId, text: z.string().max(MAX_DRAFT) }),
  ),

  'messages.retry': answering<null>()(z.strictObject({ messageId })),
  'messages.discard': answering<null>()(z.strictObject({ messageId })),
  'messages.details': answering<MessageDetails>()(z.strictObject({ messageId })),

  /** Takes a file of this computer in, encrypted. For callers that may name paths: see `PATH_REQUESTS`. */
  'attachments.import': answering<AttachmentView>()(z.strictObject({ path })),
  /** Writes the plaintext to a path. Never over a file that is there, unless told. */
  'attachments.saveAs': answering<null>()(
    z.strictObject({ fileId, path, existing: z.enum(['keep', 'overwrite']).default('keep') }),
  ),
  'attachments.get': answering<AttachmentView>()(z.strictObject({ fileId })),
  /** Queues the download of a file that is not here; says how it stands then. */
  'attachments.download': answering<AttachmentView>()(z.strictObject({ fileId })),
  'attachments.pause': answering<null>()(z.strictObject({ fileId })),
  'attachments.resume': answering<null>()(z.strictObject({ fileId })),
  /** Ends a transfer. A message that was not sent yet goes with it; so does a file that is in no message. */
  'attachments.cancel': answering<null>()(z.strictObject({ fileId })),
  /** Plaintext of a local file; fewer bytes at its end. */
  'attachments.openRange': answering<Uint8Array>()(
    z.strictObject({ fileId, start: z.int().nonnegative(), length: z.int().min(1).max(MAX_RANGE) }),
  ),

  'storage.usage': answering<StorageUsage>()(nothing),
  /** Drops local copies that the relay had when they came; never of what is not sent. */
  'storage.cleanUp': answering<{ readonly freedBytes: number }>()(
    z.strictObject({
      olderThanMs: z.int().nonnegative().optional(),
      largerThanBytes: z.int().nonnegative().optional(),
      roomId: roomId.optional(),
    }),
  ),

  'contacts.get': answering<ContactView>()(z.strictObject({ accountId })),
  'contacts.safetyNumber': answering<SafetyNumber>()(z.strictObject({ accountId })),
  'contacts.setVerified': answering<ContactView>()(
    z.strictObject({ accountId, state: z.enum(['verified', 'unverified']) }),
  ),
  'contacts.acknowledgeIdentity': answering<ContactView>()(z.strictObject({ accountId })),

  'diagnostics.get': answering<DiagnosticsView>()(nothing),

  /** What became of a damaged store; null once a person has dismissed it, and as a rule. */
  'recovery.get': answering<RecoveryView | null>()(nothing),
  'recovery.dismiss': answering<null>()(nothing),

  'settings.get': answering<SettingsView>()(nothing),
  'settings.set': answering<SettingsView>()(
    z.strictObject({
      sendReadReceipts: z.boolean().optional(),
      sendTyping: z.boolean().optional(),
      theme: z.enum(['system', 'light', 'dark']).optional(),
      notificationContent: z.enum(['all', 'name', 'nothing']).optional(),
    }),
  ),
} as const;

/** Answered by the shell. */
export const shellRequests = {
  'app.state': answering<AppState>()(nothing),
  'app.info': answering<AppInfo>()(nothing),
  /** The interface is subscribed: events that waited for it may come. */
  'app.rendererReady': answering<null>()(nothing),
  /** Which conversation is in front of the user, so that nothing is announced twice. */
  'app.setVisibleRoom': answering<null>()(z.strictObject({ roomId: roomId.nullable() })),
  'app.openExternal': answering<null>()(z.strictObject({ url: address })),
  'app.copyText': answering<null>()(z.strictObject({ text: clipboardText })),
  /** After a failed start: opens the store again, or starts the app anew where the engine is gone. */
  'app.retry': answering<null>()(nothing),
  /** Opens the folder that holds the store in the system's file manager. */
  'app.showDataFolder': answering<null>()(nothing),

  /** Makes the encrypted store. A passphrase is required where there is no keychain. */
  'store.create': answering<{ readonly recoveryKey: string }>()(
    z.strictObject({ passphrase: secret.optional() }),
  ),
  'store.unlock': answering<null>()(
    z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('passphrase'), passphrase: secret }),
      z.strictObject({
        by: z.literal('recovery-key'),
        recoveryKey: secret,
        newPassphrase: secret.optional(),
      }),
    ]),
  ),
  /** The recovery key that waits to be written down; null when there is none. */
  'store.recoveryKey': answering<{ readonly recoveryKey: string | null }>()(nothing),
  /** A person has written down the recovery key that was shown last: those before it open nothing any more. */
  'store.confirmRecoveryKey': answering<null>()(nothing),
  /** Makes another recovery key. The passphrase is required where one protects the store. */
  'store.renewRecoveryKey': answering<{ readonly recoveryKey: string }>()(
    z.strictObject({ passphrase: secret.optional() }),
  ),
  'store.changePassphrase': answering<null>()(z.strictObject({ current: secret, next: secret })),

  'hostedRelay.get': answering<HostedRelayView>()(nothing),
  'hostedRelay.start': answering<HostedRelayView>()(nothing),
  'hostedRelay.stop': answering<HostedRelayView>()(nothing),
} as const;

/**
 * Requests that name files of this computer. The page cannot make them: whoever controls it could read and
 * write any file. The shell asks after a person chose the file; the command line is the person.
 */
export const PATH_REQUESTS: ReadonlySet<string> = new Set(['attachments.import', 'attachments.saveAs']);

export type EngineRequests = typeof engineRequests;
export type EngineRequestName = keyof EngineRequests;
export type ShellRequests = typeof shellRequests;
export type ShellRequestName = keyof ShellRequests;

type AllRequests = EngineRequests & ShellRequests;
export type RequestName = keyof AllRequests;
/** What a caller passes. */
export type RequestParams<Name extends RequestName> = z.input<AllRequests[Name]['params']>;
/** What the handler receives, after the schema. */
export type ParsedParams<Name extends RequestName> = z.output<AllRequests[Name]['params']>;
export type RequestResult<Name extends RequestName> =
  NonNullable<AllRequests[Name]['result']> | NullResult<Name>;
type NullResult<Name extends RequestName> = null extends AllRequests[Name]['result'] ? null : never;

/** One handler a request; the compiler refuses a table that lacks one. */
export type Handlers<Name extends RequestName> = {
  readonly [Key in Name]: (params: ParsedParams<Key>) => RequestResult<Key> | Promise<RequestResult<Key>>;
};

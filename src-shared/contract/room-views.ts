/** What the interface shows of rooms of several people. */
import type { AccountId, RoomId } from '../ids.ts';
import type { ConversationState, LastMessage, RoomRole } from './views.ts';

export interface RoomMemberView {
  readonly accountId: AccountId;
  readonly username: string;
  readonly displayName: string;
  readonly role: RoomRole;
  readonly isSelf: boolean;
}

/** A room of several people. */
export interface RoomView {
  readonly roomId: RoomId;
  readonly name: string;
  readonly topic: string;
  /** Base64 of a small image; empty for none. */
  readonly picture: string;
  readonly state: Exclude<ConversationState, 'blocked'>;
  /** Null for one this person is no longer in. */
  readonly role: RoomRole | null;
  readonly members: readonly RoomMemberView[];
  /** The lowest role that may. */
  readonly policies: { readonly post: RoomRole; readonly invite: RoomRole; readonly pin: RoomRole };
  /** Grows with every change of the room. */
  readonly revision: number;
  /** `kith://join…`, for those who may hand it out; null while no link is open. */
  readonly inviteLink: { readonly link: string; readonly admission: 'open' | 'approval' } | null;
  readonly isPinned: boolean;
  readonly isMuted: boolean;
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly threadUnreadCount: number;
  readonly lastMessage: LastMessage | null;
  readonly lastActivityMs: number;
  readonly draft: string;
  readonly olderDraft: string;
  readonly timerS: number;
}

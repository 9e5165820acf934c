/** Where the person is in the interface: which conversation, which panel, which dialog. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';

export type OpenDialog =
  | { readonly type: 'new-conversation' }
  | { readonly type: 'settings' }
  | { readonly type: 'message-details'; readonly messageId: MessageId; readonly roomId: RoomId }
  | { readonly type: 'confirm-block'; readonly roomId: RoomId };

export interface Navigation {
  readonly roomId: RoomId | null;
  readonly isDetailsOpen: boolean;
  readonly dialog: OpenDialog | null;
  /** Text of the search field above the conversations. */
  readonly query: string;
  /** Raised to move the keyboard focus to the search field. */
  readonly searchRequests: number;
  /** A join link that was opened outside, for the relay step of onboarding. */
  readonly offeredJoinLink: string | null;
}

export type NavigationStore = StoreApi<Navigation>;

export function createNavigationStore(): NavigationStore {
  return createStore<Navigation>(() => ({
    roomId: null,
    isDetailsOpen: false,
    dialog: null,
    query: '',
    searchRequests: 0,
    offeredJoinLink: null,
  }));
}

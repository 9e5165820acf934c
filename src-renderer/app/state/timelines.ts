/** The windows of the conversations that were opened lately, by room. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type { KithError } from '../../../src-shared/errors.ts';
import type { RoomId } from '../../../src-shared/ids.ts';
import { applyChanges, type MessageWindow } from '../../features/timeline/message-window.ts';

export interface Timelines {
  /** The most recently opened comes last. */
  readonly windows: ReadonlyMap<RoomId, MessageWindow>;
  readonly failures: ReadonlyMap<RoomId, KithError>;
}

export type TimelinesStore = StoreApi<Timelines>;
type MessagesEvent = Extract<EngineEvent, { type: 'messages' }>;

/** Conversations whose window stays ready, so that going back to one shows it at once. */
const KEPT_WINDOWS = 8;

export function createTimelinesStore(): TimelinesStore {
  return createStore<Timelines>(() => ({ windows: new Map(), failures: new Map() }));
}

/** Puts a window in, and forgets the one that was opened the longest time ago. */
export function putWindow(store: TimelinesStore, roomId: RoomId, window: MessageWindow): void {
  store.setState(({ windows, failures }) => {
    const next = new Map(windows);
    next.delete(roomId);
    next.set(roomId, window);
    const oldest = next.keys().next();
    if (next.size > KEPT_WINDOWS && oldest.done !== true) next.delete(oldest.value);
    const remaining = new Map(failures);
    remaining.delete(roomId);
    return { windows: next, failures: remaining };
  });
}

/** Changes a window that is there; without one, its next page will tell. */
export function changeWindow(
  store: TimelinesStore,
  roomId: RoomId,
  change: (window: MessageWindow) => MessageWindow,
): void {
  store.setState(({ windows }) => {
    const window = windows.get(roomId);
    if (window === undefined) return {};
    // `set` on an existing key keeps its place in the order of opening.
    return { windows: new Map(windows).set(roomId, change(window)) };
  });
}

export function dropWindow(store: TimelinesStore, roomId: RoomId): void {
  store.setState(({ windows }) => {
    const next = new Map(windows);
    next.delete(roomId);
    return { windows: next };
  });
}

export function putFailure(store: TimelinesStore, roomId: RoomId, error: KithError): void {
  store.setState(({ failures }) => ({ failures: new Map(failures).set(roomId, error) }));
}

/** Applies the changes of one frame with one update of the store. */
export function applyMessageEvents(store: TimelinesStore, events: readonly MessagesEvent[]): void {
  if (events.length === 0) return;
  store.setState(({ windows }) => {
    const next = new Map(windows);
    for (const { roomId, upserted, removed } of events) {
      const window = next.get(roomId);
      if (window !== undefined) next.set(roomId, applyChanges(window, upserted, removed));
    }
    return { windows: next };
  });
}

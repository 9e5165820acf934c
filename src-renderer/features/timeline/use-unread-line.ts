/** A new line of new messages for what comes while the person is away from the window. */
import { useEffect, useRef } from 'react';
import type { RoomId } from '../../../src-shared/ids.ts';
import { useIsInFront, useServices } from '../../app/context.ts';
import { comparePositions, cursorOf, type MessageWindow } from './message-window.ts';

export function useUnreadLine(roomId: RoomId, window: MessageWindow): void {
  const { timeline } = useServices();
  const isInFront = useIsInFront();
  const newestSeen = useRef(window.messages.at(-1));

  useEffect(() => {
    const seen = newestSeen.current;
    if (isInFront) {
      newestSeen.current = window.messages.at(-1);
      return;
    }
    const firstNew = window.messages.find(
      (message) => message.isUnread && (seen === undefined || comparePositions(message, seen) > 0),
    );
    if (firstNew === undefined) return;
    // Only the first one moves the line; it stands there until the person has been here again.
    const isMoved =
      window.unreadFrom !== null && (seen === undefined || comparePositions(window.unreadFrom, seen) > 0);
    if (!isMoved) timeline.setUnreadLine(roomId, cursorOf(firstNew));
  }, [isInFront, window, roomId, timeline]);
}

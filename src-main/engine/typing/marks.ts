/** Typing marks that end by themselves: who closes the lid while typing does not type for ever. */
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type { Timers } from '../../../src-shared/clock.ts';
import type { RoomId } from '../../../src-shared/ids.ts';

/** The other side repeats the mark while it lasts, every few seconds. */
const MARK_LIFETIME_MS = 15_000;

type TypingEvent = Extract<EngineEvent, { type: 'typing' }>;

/** Watches events, and publishes the end of a mark that was not renewed or whose message has come. */
export function typingMarks(
  timers: Timers,
  publish: (event: TypingEvent) => void,
): (event: EngineEvent) => void {
  const marks = new Map<RoomId, { readonly event: TypingEvent; readonly cancel: () => void }>();

  function end(roomId: RoomId): void {
    const mark = marks.get(roomId);
    if (mark === undefined) return;
    mark.cancel();
    marks.delete(roomId);
    publish({ ...mark.event, isTyping: false });
  }

  return (event) => {
    if (event.type === 'received') end(event.message.roomId);
    if (event.type !== 'typing') return;
    marks.get(event.roomId)?.cancel();
    marks.delete(event.roomId);
    if (!event.isTyping) return;
    const cancel = timers.after(MARK_LIFETIME_MS, () => {
      end(event.roomId);
    });
    marks.set(event.roomId, { event, cancel });
  };
}

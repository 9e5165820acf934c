/**
 * Hands an event on at once, and those that follow within the same frame together, with the frame. So
 * one message shows without waiting, and thousands that come in a row render once a frame.
 */
export interface EventQueue<Event> {
  readonly push: (event: Event) => void;
}

export function createEventQueue<Event>(
  beforeNextFrame: (task: () => void) => void,
  apply: (events: readonly Event[]) => void,
): EventQueue<Event> {
  let waiting: Event[] = [];
  let isFrameAwaited = false;

  function onFrame(): void {
    isFrameAwaited = false;
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    awaitFrame();
    apply(events);
  }

  function awaitFrame(): void {
    isFrameAwaited = true;
    beforeNextFrame(onFrame);
  }

  return {
    push(event) {
      if (isFrameAwaited) {
        waiting.push(event);
        return;
      }
      awaitFrame();
      apply([event]);
    },
  };
}

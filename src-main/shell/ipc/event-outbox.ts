/** Events on their way to the page: held back, up to a bound, until the page says that it listens. */
import type { KithEvent } from '../../../src-shared/contract/events.ts';
import { SHELL_EVENT_TYPES } from './shell-events.ts';

/** Far more than happens while a page loads. The page reads what it shows anew anyway. */
const MAX_HELD_EVENTS = 500;

export class EventOutbox {
  readonly #deliver: (event: KithEvent) => void;
  readonly #capacity: number;
  /** Null while the page listens. */
  #held: KithEvent[] | null = [];

  constructor(deliver: (event: KithEvent) => void, capacity = MAX_HELD_EVENTS) {
    this.#deliver = deliver;
    this.#capacity = capacity;
  }

  publish(event: KithEvent): void {
    if (this.#held === null) {
      this.#deliver(event);
      return;
    }
    this.#held.push(event);
    if (this.#held.length > this.#capacity) drop(this.#held);
  }

  pageReady(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#deliver(event);
  }

  /** The page went away or loads again: nobody listens. */
  pageGone(): void {
    this.#held ??= [];
  }
}

/** The oldest of what the page can ask for again; what a person did is kept as long as possible. */
function drop(held: KithEvent[]): void {
  const index = held.findIndex((event) => !SHELL_EVENT_TYPES.has(event.type));
  held.splice(Math.max(index, 0), 1);
}

export interface InboxOptions<Item> {
  /** Handles one item. A returned promise holds back the next item; it must not reject. */
  readonly handle: (item: Item) => Promise<void> | undefined;
  /** Waiting items at which `onFull` asks the source to stop. */
  readonly maxItems: number;
  readonly onFull: () => void;
  /** Called when all items are handled after `onFull`. */
  readonly onEmptied: () => void;
}

/** Handles the frames of one connection one after the other, in their order, without losing any. */
export class Inbox<Item> {
  readonly #options: InboxOptions<Item>;
  #items: Item[] = [];
  #state: 'idle' | 'busy' | 'stopped' = 'idle';
  #full = false;

  constructor(options: InboxOptions<Item>) {
    this.#options = options;
  }

  push(item: Item): void {
    if (this.#state === 'stopped') return;
    this.#items.push(item);
    if (this.#state === 'idle') this.#drain();
    if (!this.#full && this.#items.length >= this.#options.maxItems) {
      this.#full = true;
      this.#options.onFull();
    }
  }

  /** Drops what waits and takes nothing more. */
  stop(): void {
    this.#state = 'stopped';
    this.#items = [];
  }

  #drain(): void {
    this.#state = 'busy';
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      const handled = this.#options.handle(item);
      if (handled !== undefined) {
        void handled.then(() => {
          if (this.#state === 'busy') this.#drain();
        });
        return;
      }
      if (this.#isStopped()) return;
    }
    this.#state = 'idle';
    if (this.#full) {
      this.#full = false;
      this.#options.onEmptied();
    }
  }

  /** A method, because handling an item may have changed the state since it was last looked at. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}

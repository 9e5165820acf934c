/**
 * One thing after the other: a ratchet must not be moved by two operations at once. Waiting for the
 * network inside a lane would stop everybody else, so callers do that outside.
 */
export class Lane {
  #tail: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was started has ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}

import type { Clock, Timers } from '../../../src-shared/clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time that passes only when the test says so. */
export class ManualTime implements Clock, Timers {
  #wallMs: number;
  #monotonicMs = 0;
  readonly #pending = new Set<Pending>();

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const pending = { dueMs: this.#monotonicMs + delayMs, callback };
    this.#pending.add(pending);
    return () => {
      this.#pending.delete(pending);
    };
  }

  /** Moves the wall clock alone, as an administrator or a broken clock does. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** Lets time pass and calls what is due, in order. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (let next = this.#firstDue(endMs); next !== undefined; next = this.#firstDue(endMs)) {
      this.#pass(Math.max(0, next.dueMs - this.#monotonicMs));
      this.#pending.delete(next);
      next.callback();
    }
    this.#pass(endMs - this.#monotonicMs);
  }

  #pass(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }

  #firstDue(endMs: number): Pending | undefined {
    const due = [...this.#pending].filter((pending) => pending.dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}

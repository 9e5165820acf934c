import type { Database, Statement } from 'better-sqlite3';
import type { ObservedTime } from '../../services/observed-time.ts';

export class SqliteObservedTime {
  readonly #select: Statement<[], ObservedTime>;
  readonly #replace: Statement<[number, number, number]>;

  constructor(database: Database) {
    this.#select = database.prepare(
      'SELECT trusted_ms AS trustedMs, claimed_ms AS claimedMs, held_ms AS heldMs FROM observed_time',
    );
    this.#replace = database.prepare('INSERT OR REPLACE INTO observed_time VALUES (1, ?, ?, ?)');
  }

  get(): ObservedTime | null {
    return this.#select.get() ?? null;
  }

  set(time: ObservedTime): void {
    this.#replace.run(Math.round(time.trustedMs), Math.round(time.claimedMs), Math.round(time.heldMs));
  }
}

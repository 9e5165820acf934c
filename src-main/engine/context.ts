/** What every part of the engine works with. Made once, by engine.ts. */
import type { Clock, Timers } from '../../src-shared/clock.ts';
import { KithError } from '../../src-shared/errors.ts';
import { orderFromMs } from '../../src-shared/protocol/limits.ts';
import type { Account } from './account/repository.ts';
import { Changes } from './changes.ts';
import { SessionCiphers } from './crypto/ciphers.ts';
import { Lane } from './crypto/lane.ts';
import { SessionCache } from './crypto/session-cache.ts';
import { UnitOfWork } from './crypto/unit-of-work.ts';
import type { IdSource } from './ids.ts';
import { RelayClock } from './relay-clock.ts';
import type { Logger } from './log.ts';
import type { Repositories } from './repositories.ts';
import type { StoreDatabase } from './store/database.ts';

/** Statements and transactions slower than this are logged; nothing on the UI path may take so long. */
const SLOW_TRANSACTION_MS = 40;

export interface ContextParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly database: StoreDatabase;
  readonly store: Repositories;
  /** Called after each commit with what it changed. */
  readonly afterCommit: (changes: Changes) => void;
  /** Called with the account as it is stored, at the start and whenever it may have changed. */
  readonly onAccount?: ((account: Account) => void) | undefined;
}

export class EngineContext {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly store: Repositories;
  /** Everything that moves a ratchet runs in here, one after the other. */
  readonly cryptoLane = new Lane();
  readonly sessions: SessionCache;
  readonly relayClock: RelayClock;
  readonly #parts: ContextParts;
  #account: Account | null;
  #ciphers: SessionCiphers | null = null;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.timers = parts.timers;
    this.ids = parts.ids;
    this.log = parts.log;
    this.store = parts.store;
    this.sessions = new SessionCache(parts.store.keys, parts.store.senderKeys);
    this.relayClock = new RelayClock(parts.clock, parts.store.account.relayClockOffsetMs());
    this.#account = null;
    this.reloadAccount();
  }

  /** This account, or null before registration was asked for. */
  get account(): Account | null {
    return this.#account;
  }

  /** Throws `not-registered`. */
  requireAccount(): Account {
    if (this.#account?.state !== 'registered') {
      throw new KithError('not-registered', 'There is no account on this device yet.');
    }
    return this.#account;
  }

  /** After the account's row changed. */
  reloadAccount(): void {
    this.#account = this.store.account.get();
    this.#ciphers = null;
    if (this.#account !== null) this.#parts.onAccount?.(this.#account);
  }

  /** Lets the database stand without its log: after something that must not be lost, or must be gone. */
  truncateLog(): void {
    this.#parts.database.truncateLog();
  }

  get ciphers(): SessionCiphers {
    this.#ciphers ??= new SessionCiphers(this.requireAccount());
    return this.#ciphers;
  }

  newUnit(): UnitOfWork {
    return new UnitOfWork(this.sessions);
  }

  /** Relay time, as well as this device knows it. */
  relayNowMs(): number {
    return this.relayClock.nowMs();
  }

  /** A place in the relay's order for something that happens here and now. */
  orderNow(): number {
    return orderFromMs(this.relayNowMs());
  }

  /** Stores all of `work` or nothing, and publishes what it changed once that is durable. */
  transact<Result>(work: (changes: Changes) => Result): Result {
    return this.#commit(work, () => undefined);
  }

  /** A transaction that also stores what happened to keys. Call from inside the crypto lane. */
  transactWithKeys<Result>(unit: UnitOfWork, work: (changes: Changes) => Result): Result {
    return this.#commit(
      (changes) => {
        unit.store(this.store.keys, this.store.senderKeys, this.clock.now());
        return work(changes);
      },
      () => {
        this.sessions.absorb(unit);
      },
    );
  }

  #commit<Result>(work: (changes: Changes) => Result, onCommitted: () => void): Result {
    const changes = new Changes();
    const startedMs = this.clock.monotonic();
    const result = this.#parts.database.transaction(() => work(changes));
    const tookMs = this.clock.monotonic() - startedMs;
    if (tookMs > SLOW_TRANSACTION_MS) this.log.warn('store.slow-transaction', { tookMs: Math.round(tookMs) });
    onCommitted();
    this.#parts.afterCommit(changes);
    return result;
  }
}

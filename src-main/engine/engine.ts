/**
 * The engine: all of Kith's state and all of its work, without a window. Runs in a worker thread in the
 * app, in-process in tests, and headless on the command line. Never imports electron.
 */
import {
  engineRequests,
  type EngineRequestName,
  type ParsedParams,
  type RequestParams,
  type RequestResult,
} from '../../src-shared/contract/requests.ts';
import { Expiry } from './expiry/service.ts';
import type { Clock, Timers } from '../../src-shared/clock.ts';
import { KithError } from '../../src-shared/errors.ts';
import type { Account } from './account/repository.ts';
import { FileFolder } from './attachments/file-folder.ts';
import { removeUnused, tidyFolder } from './attachments/service.ts';
import type { Changes } from './changes.ts';
import { EngineContext } from './context.ts';
import { engineHandlers } from './handlers.ts';
import type { IdSource } from './ids.ts';
import { errorFields, type Logger } from './log.ts';
import { history } from './messages/history.ts';
import { Publisher, type EngineListener } from './publisher.ts';
import { repositories } from './repositories.ts';
import { typingMarks } from './typing/marks.ts';
import { SyncManager } from './sync/sync-manager.ts';
import { storeError, type StoreDatabase } from './store/database.ts';

/** Queries slower than this are logged; nothing on the UI path may take so long. */
const SLOW_REQUEST_MS = 40;

/** What was deleted leaves the log this soon, and several deletions share the work. */
const FORGET_AFTER_MS = 2_000;

export interface EngineOptions {
  readonly database: StoreDatabase;
  /** Folder of encrypted files; made where it is missing. */
  readonly filesPath: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdSource;
  readonly log: Logger;
  /** Hears of the account as it is stored, at the start and whenever it may have changed. */
  readonly onAccount?: (account: Account) => void;
}

export interface Engine {
  /** Parameters are parsed again here: callers may be on the other side of a process boundary. */
  request<Name extends EngineRequestName>(
    name: Name,
    params: RequestParams<Name>,
  ): Promise<RequestResult<Name>>;
  subscribe(listener: EngineListener): () => void;
  /** What the operating system says about the network. */
  setNetwork(state: 'up' | 'down'): void;
  /** The computer woke from sleep. */
  wake(): void;
  /** Ends all work at a safe point and closes the store. */
  close(): Promise<void>;
}

/** Opens for business on an open store, and connects when there is an account. */
export function createEngine(options: EngineOptions): Engine {
  const { database, clock, timers, ids, log, onAccount } = options;
  const read = repositories(database.read);
  const readHistory = history(database.read);
  const publisher = new Publisher(read, readHistory, log);
  const forgetting = coalesced(timers, FORGET_AFTER_MS, () => {
    if (!database.write.open) return;
    database.truncateLog();
    removeUnused({ context, folder }).catch((error: unknown) => {
      // The next start removes what is left.
      log.warn('files.removal-failed', errorFields(error));
    });
  });
  const afterCommit = (changes: Changes): void => {
    if (changes.forgets || changes.removed.size > 0) forgetting.trigger();
    for (const tell of [
      () => publisher.publishChanges(changes),
      () => sync.afterCommit(changes),
      () => {
        if (changes.messages.size > 0) expiry.run();
      },
    ]) {
      try {
        tell();
      } catch (error) {
        // What is committed is committed: a store that cannot be read just now must not make it look failed.
        log.error('engine.after-commit-failed', errorFields(error));
      }
    }
  };
  const store = repositories(database.write);
  const context = new EngineContext({ clock, timers, ids, log, database, store, afterCommit, onAccount });
  const folder = new FileFolder(options.filesPath);
  const sync = new SyncManager(context, folder, (event) => {
    publisher.publish(event);
  });
  const expiry = new Expiry(context);
  const handlers = engineHandlers({
    context,
    connection: sync.connection,
    folder,
    transfers: sync.transfers,
    publisher,
    read,
    history: readHistory,
  });
  let isClosed = false;

  async function handle<Name extends EngineRequestName>(
    name: Name,
    params: unknown,
  ): Promise<RequestResult<Name>> {
    if (isClosed) throw closing();
    const parsed = parseParams(name, params);
    try {
      const startedMs = clock.monotonic();
      const result = handlers[name](parsed);
      const tookMs = clock.monotonic() - startedMs;
      if (tookMs > SLOW_REQUEST_MS) log.warn('engine.slow-request', { name, tookMs: Math.round(tookMs) });
      return await result;
    } catch (error) {
      // The store may have been closed while an answer of the relay was on its way.
      if (!database.write.open && !(error instanceof KithError)) throw closing();
      throw storeError(error);
    }
  }

  const endTyping = publisher.subscribe(
    typingMarks(timers, (event) => {
      publisher.publish(event);
    }),
  );
  tidyFolder({ context, folder });
  sync.start();
  expiry.run();
  return {
    request: handle,
    subscribe: (listener) => publisher.subscribe(listener),
    setNetwork: (state) => {
      sync.connection.setNetwork(state);
    },
    wake: () => {
      sync.connection.wake();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      endTyping();
      expiry.stop();
      forgetting.cancel();
      await sync.stop();
      await context.cryptoLane.idle();
      database.close();
      log.info('engine.closed');
    },
  };
}

/** Runs `work` once, some time after the first of a run of triggers. */
function coalesced(timers: Timers, delayMs: number, work: () => void) {
  let cancel: (() => void) | null = null;
  return {
    trigger(): void {
      cancel ??= timers.after(delayMs, () => {
        cancel = null;
        work();
      });
    },
    cancel(): void {
      cancel?.();
    },
  };
}

function closing(): KithError {
  return new KithError('shutting-down', 'Kith is closing.');
}

function parseParams<Name extends EngineRequestName>(name: Name, params: unknown): ParsedParams<Name> {
  const spec = Object.hasOwn(engineRequests, name) ? engineRequests[name] : undefined;
  if (spec === undefined) throw new KithError('invalid-request', `There is no request "${name}".`);
  const parsed = spec.params.safeParse(params);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')})`;
    throw new KithError('invalid-request', `${name}: ${issue?.message ?? 'wrong parameters'}${where}`);
  }
  return parsed.data as ParsedParams<Name>;
}

/** Puts a relay together and runs it in this process. */
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { systemClock, systemTimers, type Clock, type Timers } from '../src-shared/clock.ts';
import { KithError } from '../src-shared/errors.ts';
import { formatJoinLink } from '../src-shared/protocol/join-link.ts';
import { Gateway } from './gateway/gateway.ts';
import { createHttpServer } from './gateway/http.ts';
import { Registry } from './gateway/registry.ts';
import type { ProxyTrust } from './gateway/remote-address.ts';
import { Health } from './health.ts';
import { resolveLimits, type RelayLimits } from './limits.ts';
import type { NewAccounts } from './services/accounts/rules.ts';
import { AccountService } from './services/accounts/service.ts';
import { Expiry } from './services/expiry.ts';
import { CommitGroup } from './services/mail/commit-group.ts';
import { MailService } from './services/mail/service.ts';
import { MediaService } from './services/media/service.ts';
import { MediaUpkeep, removeOrphans } from './services/media/upkeep.ts';
import { PreKeyService } from './services/pre-keys/service.ts';
import { openBlobFiles } from './storage/disk/blob-files.ts';
import { openSqliteStorage } from './storage/sqlite/sqlite-storage.ts';
import type { RelayStorage } from './storage/storage.ts';
import type { BlobFiles } from './services/media/storage.ts';

export const DEFAULT_HOST = '127.0.0.1';
/** K-I-T-H on the keys of a telephone. */
export const DEFAULT_PORT = 5484;

export interface RelayOptions {
  /** Folder of the database; made when it does not exist. One relay at a time. */
  readonly dataDirectory: string;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** Stable identity of a new relay. An existing data folder keeps its own. */
  readonly name?: string;
  /** Address that devices use where it differs from the one listened on: behind a proxy, or a host name. */
  readonly publicUrl?: string;
  readonly newAccounts?: NewAccounts;
  readonly proxyTrust?: ProxyTrust;
  readonly limits?: Partial<RelayLimits>;
  /** Silent when absent. */
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

export interface RunningRelay {
  /** Base address, `http://host:port`. */
  readonly url: string;
  readonly joinLink: string;
  readonly name: string;
  /** Stops: answers what is under way, closes the sockets and the database. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Starts a relay and resolves when it listens. Rejects with a `KithError`: `store-in-use`, `store-corrupt`,
 * `store-too-new`, `disk-full`, `invalid-request` (name, port or address in use), or `internal`.
 */
export async function startRelay(options: RelayOptions): Promise<RunningRelay> {
  const storage = openSqliteStorage({
    directory: options.dataDirectory,
    ...(options.name === undefined ? {} : { relayName: options.name }),
  });
  try {
    const files = openBlobFiles(join(options.dataDirectory, 'media'));
    await removeOrphans({ index: storage.media, files });
    return await serve(storage, files, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function serve(storage: RelayStorage, files: BlobFiles, options: RelayOptions): Promise<RunningRelay> {
  const limits = resolveLimits(options.limits ?? {});
  const clock = options.clock ?? systemClock;
  const timers = options.timers ?? systemTimers;
  const log = options.log ?? pino({ enabled: false });
  const { relayName } = storage;
  const health = new Health(log);
  const registry = new Registry();

  const onFailed = (error: unknown): void => {
    health.storageFailed(error);
  };
  const onCommitted = (): void => {
    health.storageWorks();
  };
  const group = new CommitGroup(storage.mail, { limits, clock, timers, onCommitted, onFailed });
  const mail = new MailService(storage.mail, group, limits, clock, (accountId, deviceId) => {
    registry.find(accountId, deviceId)?.wake();
  });
  const media = new MediaService({ index: storage.media, files, limits, clock });
  const newAccounts = options.newAccounts ?? 'open';
  const gateway = new Gateway(
    {
      relayName,
      accounts: new AccountService(storage.accounts, storage.preKeys, {
        relayName,
        newAccounts,
        limits,
        clock,
      }),
      preKeys: new PreKeyService(storage.preKeys, storage.accounts, limits, clock),
      mail,
      media,
      registry,
      limits,
      clock,
      timers,
      log,
      onFailure: onFailed,
      lifecycle: () => (health.status === 'stopping' ? 'stopping' : 'running'),
    },
    options.proxyTrust ?? 'direct',
  );

  let joinLink = '';
  const server = createHttpServer({
    relayName,
    health,
    storage,
    clock,
    media: { media, limits, onFailure: onFailed },
    joinLink: () => joinLink,
  });
  server.server.on('upgrade', (request, socket, head) => {
    gateway.upgrade(request, socket, head);
  });
  const url = await listen(server, options.host ?? DEFAULT_HOST, options.port ?? DEFAULT_PORT);
  joinLink = formatJoinLink({ relayUrl: options.publicUrl ?? url, relayName });
  const expiry = new Expiry(storage, { limits, clock, timers, onFailed });
  const upkeep = new MediaUpkeep({ index: storage.media, files, limits, clock, timers, onFailed });

  const stop = async (): Promise<void> => {
    health.stopping();
    // What was accepted for commit is committed and answered before its socket closes.
    await group.flush();
    await gateway.closeAll();
    await expiry.stop();
    await upkeep.stop();
    await media.stop();
    await server.close();
    await group.flush();
    group.stop();
    await storage.close();
  };
  let stopped: Promise<void> | undefined;
  return { url, joinLink, name: relayName, close: () => (stopped ??= stop()) };
}

async function listen(
  server: ReturnType<typeof createHttpServer>,
  host: string,
  port: number,
): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new KithError('invalid-request', `Port ${String(port)} is in use. Choose another with --port.`, {
        cause: error,
      });
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new KithError('invalid-request', `The relay cannot listen on ${host}, port ${String(port)}.`, {
        cause: error,
      });
    }
    throw error;
  }
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  // An address for all interfaces is no address to connect to.
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${String(address.port)}`;
}

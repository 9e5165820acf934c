/** Ties the connection to what goes out and what comes in. */
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { FileFolder } from '../attachments/file-folder.ts';
import { Transfers } from '../attachments/transfers.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import { receiveEphemeral } from '../receive/ephemeral.ts';
import { Inbound } from '../receive/inbound.ts';
import { RetryRequests } from '../receive/retry-requests.ts';
import { RECONCILE_INTERVAL_MS, reconcile, repairAfterRelayLoss } from '../reconcile/reconcile.ts';
import { SendLanes } from '../send/lanes.ts';
import { RoomFollower } from '../rooms/follower.ts';
import { RelayConnection } from './connection.ts';

/** Typing marks beyond these are dropped first; they wait behind the mail that is being read. */
const MAX_EPHEMERAL_IN_WORK = 50;

export class SyncManager {
  readonly connection: RelayConnection;
  readonly transfers: Transfers;
  readonly #context: EngineContext;
  readonly #inbound: Inbound;
  readonly #lanes: SendLanes;
  readonly #retryRequests: RetryRequests;
  readonly #rooms: RoomFollower;
  #cancelReconcile: () => void = () => undefined;
  #ephemeralInWork = 0;

  constructor(context: EngineContext, folder: FileFolder, publish: (event: EngineEvent) => void) {
    this.#context = context;
    this.connection = new RelayConnection(context, {
      onEnvelopes: (envelopes) => {
        if (this.#inbound.push(envelopes) === 'overrun') this.connection.drop();
      },
      onEphemeral: (envelope) => {
        this.#receiveEphemeral(envelope);
      },
      onOnline: (session) => {
        this.#online(session);
      },
      onOffline: () => {
        this.#offline();
      },
      onChange: (connection) => {
        publish({ type: 'connection', connection });
      },
    });
    this.#inbound = new Inbound(context, {
      acknowledge: (seq) => {
        this.connection.api.acknowledge(seq);
      },
    });
    this.#lanes = new SendLanes(context, this.connection.api);
    this.transfers = new Transfers(context, folder, this.connection.api, publish);
    this.#retryRequests = new RetryRequests(context, this.connection.api);
    this.#rooms = new RoomFollower(context, this.connection.api);
  }

  /** Connects when there is an account that a relay has confirmed. */
  start(): void {
    if (this.#context.account?.state === 'registered') this.connection.start();
  }

  afterCommit(changes: Changes): void {
    for (const conversation of changes.toSend) this.#lanes.wake(conversation);
    if (changes.parked) this.#retryRequests.schedule();
    this.#rooms.afterCommit(changes);
    if (changes.toTransfer) this.transfers.wake();
  }

  async stop(): Promise<void> {
    this.#offline();
    this.connection.stop();
    await Promise.all([this.#inbound.stop(), this.#lanes.stop(), this.transfers.stop()]);
    this.#retryRequests.stop();
    await this.#rooms.stop();
  }

  #receiveEphemeral(envelope: relay.Envelope): void {
    if (this.#ephemeralInWork >= MAX_EPHEMERAL_IN_WORK) return;
    this.#ephemeralInWork += 1;
    receiveEphemeral(this.#context, envelope)
      .catch((error: unknown) => {
        this.#context.log.info('receive.ephemeral-failed', errorFields(error));
      })
      .finally(() => {
        this.#ephemeralInWork -= 1;
      });
  }

  #online(session: relay.Authenticated): void {
    this.#mendAndReconcile(session);
    this.#lanes.setOnline('online');
    this.transfers.setOnline('online');
    this.#retryRequests.setOnline('online');
    this.#rooms.setOnline('online');
  }

  #offline(): void {
    this.#cancelReconcile();
    this.#inbound.drop();
    this.#lanes.setOnline('offline');
    this.transfers.setOnline('offline');
    this.#retryRequests.setOnline('offline');
    this.#rooms.setOnline('offline');
  }

  #mendAndReconcile(session: relay.Authenticated): void {
    const { api } = this.connection;
    this.#reconcileAnd(async () => {
      await repairAfterRelayLoss(this.#context, api, Number(session.lastAcceptedOrder));
      await reconcile(this.#context, api, session.preKeyCounts);
    });
  }

  /** Runs `work` now, and the ordinary reconciliation from then on. */
  #reconcileAnd(work: () => Promise<void>): void {
    this.#cancelReconcile();
    this.#cancelReconcile = this.#context.timers.after(RECONCILE_INTERVAL_MS, () => {
      this.#reconcileAnd(async () => {
        this.#lanes.wakeAll();
        this.#rooms.followAll();
        await reconcile(this.#context, this.connection.api, undefined);
      });
    });
    work().catch((error: unknown) => {
      // Tried again at the next interval or connection.
      this.#context.log.warn('reconcile.failed', errorFields(error));
    });
  }
}

/**
 * Mail from the relay, in order, in batches. One batch is one transaction: what its keys did, what its
 * contents did, and how far the mailbox is read. Only after the commit is anything acknowledged.
 */
import type { relay } from '../../../src-shared/protocol/frames.ts';
import type { Changes } from '../changes.ts';
import type { EngineContext } from '../context.ts';
import { errorFields } from '../log.ts';
import { recordIdentityChange } from '../contacts/identity-change.ts';
import { heldBack, witnessHybridTime } from '../crypto/hybrid-clock.ts';
import type { UnitOfWork } from '../crypto/unit-of-work.ts';
import { answerRetryRequest, archiveFailedSession } from './answer-retry.ts';
import { applyContent } from './apply.ts';
import { openEnvelope, parseEnvelope, type Incoming, type Opened } from './open-envelope.ts';
import { parkEnvelope, recoverParked } from './park.ts';

/**
 * Reading gives way to others between two envelopes; storing does not, and takes about a tenth of a
 * millisecond each. So a batch is bounded in number for the transaction's sake (under 20 ms), and in time
 * so that what was read shows.
 */
const BATCH_MS = 75;
const MAX_BATCH = 150;
/** After a commit failed (the disk is full, say): first this long, then twice as long, up to the cap. */
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 30_000;

/** Twice what the relay was allowed to have on its way: who sends more does not keep to the protocol. */
const MAX_QUEUED = 1_000;

export interface InboundHandlers {
  readonly acknowledge: (seq: number) => void;
}

interface OpenedEnvelope {
  readonly incoming: Incoming;
  readonly opened: Opened;
}

export class Inbound {
  readonly #context: EngineContext;
  readonly #handlers: InboundHandlers;
  #queue: Incoming[] = [];
  #running: Promise<void> | null = null;
  #failures = 0;
  #cancelRetry: (() => void) | null = null;
  #isStopped = false;

  constructor(context: EngineContext, handlers: InboundHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  /**
   * Takes mail as it was delivered; what no honest relay would send is dropped with a line in the log.
   * `overrun` means that more came than was asked for, and that this connection should end.
   */
  push(envelopes: readonly relay.Envelope[]): 'taken' | 'overrun' {
    for (const envelope of envelopes) {
      try {
        this.#queue.push(parseEnvelope(envelope));
      } catch {
        this.#context.log.warn('receive.malformed-envelope');
      }
    }
    if (this.#queue.length > MAX_QUEUED) {
      this.#context.log.warn('receive.overrun');
      this.#queue = [];
      return 'overrun';
    }
    this.#run();
    return 'taken';
  }

  /** The connection is gone: what is not stored yet will be delivered again. */
  drop(): void {
    this.#queue = [];
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRetry?.();
    this.#queue = [];
    await this.#running;
  }

  #run(): void {
    if (this.#running !== null || this.#cancelRetry !== null || this.#isStopped) return;
    this.#running = this.#drain().finally(() => {
      this.#running = null;
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        await this.#context.cryptoLane.run(() => this.#batch());
        this.#failures = 0;
      } catch (error) {
        this.#failed(error);
        return;
      }
    }
  }

  /** Nothing of the batch was stored and nothing acknowledged: the same envelopes are tried again later. */
  #failed(error: unknown): void {
    this.#failures += 1;
    this.#context.log.error('receive.batch-failed', errorFields(error));
    const delayMs = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** (this.#failures - 1));
    this.#cancelRetry = this.#context.timers.after(delayMs, () => {
      this.#cancelRetry = null;
      this.#run();
    });
  }

  async #batch(): Promise<void> {
    const context = this.#context;
    const queue = this.#queue;
    const unit = context.newUnit();
    const batch: OpenedEnvelope[] = [];
    const untilMs = context.clock.monotonic() + BATCH_MS;
    while (batch.length < Math.min(queue.length, MAX_BATCH) && context.clock.monotonic() < untilMs) {
      const incoming = queue[batch.length];
      if (incoming === undefined) break;
      batch.push(await open(context, unit, incoming));
    }
    const lastSeq = batch.at(-1)?.incoming.seq ?? 0;
    context.transactWithKeys(unit, (changes) => {
      rememberSources(context, batch);
      for (const envelope of batch) apply(context, changes, envelope);
      for (const accountId of unit.changedIdentities()) recordIdentityChange(context, changes, accountId);
      for (const conversation of changes.messages.keys()) {
        context.store.conversations.touch(conversation, context.clock.now());
      }
      witnessTimes(context, batch);
      context.store.account.setMailboxSeq(lastSeq);
    });
    queue.splice(0, batch.length);
    // After a reconnect meanwhile the queue is another one, and the relay resumes from what is stored.
    if (queue === this.#queue) this.#handlers.acknowledge(lastSeq);
  }
}

async function open(context: EngineContext, unit: UnitOfWork, incoming: Incoming): Promise<OpenedEnvelope> {
  const opened = await openEnvelope(context, unit, incoming);
  if (opened.kind === 'retry-request') archiveFailedSession(unit, incoming.source, opened.request);
  return { incoming, opened };
}

/** Runs inside the transaction of the batch. */
function apply(context: EngineContext, changes: Changes, { incoming, opened }: OpenedEnvelope): void {
  const { source } = incoming;
  switch (opened.kind) {
    case 'contents': {
      const parked =
        opened.resendOf === null ? null : recoverParked(context, changes, source, opened.resendOf);
      const arrival = {
        // A message that was read late stands where it would have stood.
        acceptedOrder: parked?.acceptedOrder ?? incoming.acceptedOrder,
        receivedAtMs: context.clock.now(),
      };
      for (const content of opened.contents) applyContent(context, changes, content, arrival);
      if (opened.isPartial) parkEnvelope(context, changes, incoming, 'malformed');
      return;
    }
    case 'retry-request':
      answerRetryRequest(context, changes, source, opened.request);
      return;
    case 'unreadable':
      parkEnvelope(context, changes, incoming, opened.cause);
      return;
    case 'duplicate':
      return;
  }
}

/** What the relay says each sender is called; once for each in a batch. */
function rememberSources(context: EngineContext, batch: readonly OpenedEnvelope[]): void {
  const ownId = context.requireAccount().accountId;
  const usernames = new Map(
    batch.map(({ incoming }) => [incoming.source.accountId, incoming.sourceUsername]),
  );
  usernames.delete(ownId);
  for (const [accountId, username] of usernames) context.store.contacts.remember(accountId, username);
}

/** Our next content comes after all that was read. */
function witnessTimes(context: EngineContext, batch: readonly OpenedEnvelope[]): void {
  const { account } = context.store;
  const relayNowMs = context.relayNowMs();
  const last = account.hybridTime();
  const seen = batch
    .flatMap(({ incoming, opened }) =>
      opened.kind === 'contents'
        ? opened.contents.map(({ content }) => heldBack(content.time, incoming.acceptedOrder))
        : [],
    )
    .reduce((time, seen) => witnessHybridTime(time, seen, relayNowMs), last);
  if (seen !== last) account.setHybridTime(seen);
}

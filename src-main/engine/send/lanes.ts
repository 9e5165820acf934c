/**
 * One ordered lane per conversation: what was said first leaves first. The first content leaves at
 * once; those that follow within the window travel together. Lanes rest while there is no connection.
 */
import { KithError } from '../../../src-shared/errors.ts';
import type { EngineContext } from '../context.ts';
import type { Conversation, ConversationRow, RoomConversation } from '../conversations/repository.ts';
import { MAX_CONTENTS_PER_PACKET } from '../crypto/packet.ts';
import { errorFields } from '../log.ts';
import { backoffDelayMs, SEND_GIVE_UP_MS, SEND_RETRY_BASE_MS, SEND_RETRY_CAP_MS } from '../sync/backoff.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { isTransient } from '../sync/relay-errors.ts';
import { isForRoom } from './destinations.ts';
import { completeEnvelope, encryptDraft, ensureSessions } from './encrypt-envelope.ts';
import type { StoredEnvelope } from './envelope-repository.ts';
import { formEnvelope, type Draft } from './form-envelope.ts';
import { currentSenderKey, devicesLacking, formShare } from './sender-key.ts';
import { failEnvelope, transmit, type Attempt } from './transmit.ts';

/** DESIGN §7: contents that follow another within this time travel as one batch. */
const BATCH_WINDOW_MS = 100;
/** The device lists may change while we mend; more rounds than this mean that something else is wrong. */
const MAX_MENDS = 5;

interface LaneState {
  running: boolean;
  /** Work came in while the lane ran. */
  again: boolean;
  failures: number;
  failingSinceMs: number | null;
  lastSentMs: number;
  /** Apart from the above, so that a receipt that just left never holds up an answer. */
  lastMessageSentMs: number;
  wait: { readonly for: 'window' | 'retry'; readonly cancel: () => void } | null;
}

export class SendLanes {
  readonly #context: EngineContext;
  readonly #relay: RelayApi;
  readonly #lanes = new Map<ConversationRow, LaneState>();
  readonly #running = new Set<Promise<void>>();
  #isOnline = false;

  constructor(context: EngineContext, relay: RelayApi) {
    this.#context = context;
    this.#relay = relay;
  }

  setOnline(state: 'online' | 'offline'): void {
    this.#isOnline = state === 'online';
    for (const lane of this.#lanes.values()) {
      lane.wait?.cancel();
      lane.wait = null;
      lane.failures = 0;
      lane.failingSinceMs = null;
    }
    if (this.#isOnline) this.wakeAll();
  }

  /** Looks through the store for all that is to be sent. */
  wakeAll(): void {
    for (const conversation of this.#context.store.outbox.conversationsWithWork()) this.wake(conversation);
  }

  /** There is something to send in a conversation, or a reason to try again now. */
  wake(conversation: ConversationRow): void {
    const lane = this.#lane(conversation);
    if (!this.#isOnline) return;
    if (lane.running) {
      lane.again = true;
      return;
    }
    if (lane.wait?.for === 'retry') return;
    const openedMs = this.#context.store.outbox.hasQueuedMessage(conversation)
      ? lane.lastMessageSentMs
      : lane.lastSentMs;
    const leftMs = openedMs + BATCH_WINDOW_MS - this.#context.clock.monotonic();
    if (leftMs > 0 && !this.#hasFullBatch(conversation)) {
      if (lane.wait === null) this.#wait(conversation, lane, 'window', leftMs);
      return;
    }
    lane.wait?.cancel();
    lane.wait = null;
    this.#run(conversation, lane);
  }

  async stop(): Promise<void> {
    this.setOnline('offline');
    await Promise.all(this.#running);
  }

  #lane(conversation: ConversationRow): LaneState {
    let lane = this.#lanes.get(conversation);
    if (lane === undefined) {
      lane = {
        running: false,
        again: false,
        failures: 0,
        failingSinceMs: null,
        lastSentMs: -BATCH_WINDOW_MS,
        lastMessageSentMs: -BATCH_WINDOW_MS,
        wait: null,
      };
      this.#lanes.set(conversation, lane);
    }
    return lane;
  }

  /** Waiting for more to come would only hold it up. */
  #hasFullBatch(conversation: ConversationRow): boolean {
    const { outbox, envelopes } = this.#context.store;
    return (
      envelopes.firstUnsent(conversation) !== null ||
      outbox.queued(conversation, MAX_CONTENTS_PER_PACKET).length === MAX_CONTENTS_PER_PACKET
    );
  }

  #wait(conversation: ConversationRow, lane: LaneState, reason: 'window' | 'retry', delayMs: number): void {
    const cancel = this.#context.timers.after(delayMs, () => {
      lane.wait = null;
      if (this.#isOnline) this.#run(conversation, lane);
    });
    lane.wait = { for: reason, cancel };
  }

  #run(conversation: ConversationRow, lane: LaneState): void {
    lane.running = true;
    lane.again = false;
    const run = this.#sendNext(conversation, lane)
      .catch((error: unknown) => {
        // Errors of sending are handled where they happen; this is the store failing under us.
        this.#context.log.error('send.lane-failed', errorFields(error));
        this.#waitAfterFailure(conversation, lane, error);
      })
      .finally(() => {
        lane.running = false;
        this.#running.delete(run);
        if (lane.again) this.wake(conversation);
      });
    this.#running.add(run);
  }

  /** One envelope; asks to run again when it went out. */
  async #sendNext(row: ConversationRow, lane: LaneState): Promise<void> {
    const { store } = this.#context;
    const conversation = store.conversations.byRow(row);
    if (conversation === null || this.#isHeld(conversation)) return;
    const unsent = store.envelopes.firstUnsent(row);
    const formed = unsent === null ? formEnvelope(this.#context, conversation) : null;
    const first = unsent ?? formed?.envelope;
    if (first === undefined) return;
    let attempt: Attempt = { envelope: first, draft: formed };
    try {
      const share = formed === null ? null : await this.#shareBefore(conversation, formed);
      if (share !== null) attempt = { envelope: share.envelope, draft: share };
      const { envelope, draft } = attempt;
      if (draft !== null) await encryptDraft(this.#context, this.#relay, conversation, draft);
      await this.#transmit(conversation, envelope, draft === null ? 'incomplete' : 'complete');
      lane.failures = 0;
      lane.failingSinceMs = null;
      lane.lastSentMs = this.#context.clock.monotonic();
      if (draft?.items.some((item) => item.messageId !== null) ?? true) {
        lane.lastMessageSentMs = lane.lastSentMs;
      }
      lane.again = true;
    } catch (error) {
      this.#handleFailure(conversation, attempt, lane, error);
    }
  }

  /** Nothing is sent to people we blocked, nor under a key nobody has looked at. */
  #isHeld(conversation: Conversation): boolean {
    if (conversation.state === 'blocked') return true;
    if (conversation.kind === 'room') return false;
    return this.#context.store.keys.identity(conversation.peerId)?.state === 'changed';
  }

  /** What is said to a room is preceded by its key, to those who lack it. */
  async #shareBefore(conversation: Conversation, draft: Draft): Promise<Draft | null> {
    if (conversation.kind === 'direct' || !isForRoom(conversation, draft.envelope)) return null;
    return this.#share(conversation, draft.envelope);
  }

  async #share(conversation: RoomConversation, envelope: StoredEnvelope): Promise<Draft | null> {
    await ensureSessions(this.#context, this.#relay, conversation, envelope);
    const key = currentSenderKey(this.#context, conversation);
    const lacking = new Set(devicesLacking(this.#context, conversation).map(({ accountId }) => accountId));
    if (lacking.size === 0) return null;
    // Before what it is for, also after a restart.
    return formShare(this.#context, conversation, key, [...lacking], envelope.createdAtMs - 1);
  }

  /** Those who came in meanwhile get the key first, in envelopes of their own. */
  async #shareWithNew(conversation: Conversation, envelope: StoredEnvelope): Promise<void> {
    if (conversation.kind === 'direct' || !isForRoom(conversation, envelope)) return;
    for (let mends = 0; mends <= MAX_MENDS; mends++) {
      const share = await this.#share(conversation, envelope);
      if (share === null) return;
      await encryptDraft(this.#context, this.#relay, conversation, share);
      await this.#transmit(conversation, share.envelope, 'complete');
    }
  }

  async #transmit(
    conversation: Conversation,
    envelope: StoredEnvelope,
    state: 'complete' | 'incomplete',
  ): Promise<void> {
    let isComplete = state === 'complete';
    for (let mends = 0; mends <= MAX_MENDS; mends++) {
      if (!isComplete) {
        await this.#shareWithNew(conversation, envelope);
        await completeEnvelope(this.#context, this.#relay, conversation, envelope);
      }
      if ((await transmit(this.#context, this.#relay, conversation, envelope)) === 'accepted') return;
      isComplete = false;
    }
    throw new KithError('internal', 'The devices of the other side keep changing.');
  }

  #handleFailure(conversation: Conversation, attempt: Attempt, lane: LaneState, error: unknown): void {
    const code = error instanceof KithError ? error.code : 'internal';
    // Both wait for something else to happen: a person's decision, a connection.
    if (code === 'identity-changed' || code === 'offline') return;
    const mayPass = isTransient(error) || !(error instanceof KithError);
    const nowMs = this.#context.clock.monotonic();
    lane.failingSinceMs ??= nowMs;
    if (mayPass && nowMs - lane.failingSinceMs < SEND_GIVE_UP_MS) {
      this.#context.log.warn('send.postponed', errorFields(error));
      this.#waitAfterFailure(conversation.row, lane, error);
      return;
    }
    failEnvelope(this.#context, conversation, attempt, code);
    lane.again = true;
  }

  #waitAfterFailure(conversation: ConversationRow, lane: LaneState, error: unknown): void {
    lane.failures += 1;
    const range = { baseMs: SEND_RETRY_BASE_MS, capMs: SEND_RETRY_CAP_MS };
    const ownDelayMs = backoffDelayMs(lane.failures, range, (min, max) => this.#context.ids.random(min, max));
    const askedMs = error instanceof KithError ? (error.retryAfterMs ?? 0) : 0;
    this.#wait(conversation, lane, 'retry', Math.max(ownDelayMs, askedMs));
  }
}

/** Reads logs of rooms whenever there is a reason to, and gives a room a new secret when that falls to us. */
import type { EngineContext } from '../context.ts';
import type { Changes } from '../changes.ts';
import type { ConversationRow } from '../conversations/repository.ts';
import { errorFields } from '../log.ts';
import type { RelayApi } from '../sync/relay-api.ts';
import { create } from '@bufbuild/protobuf';
import { content as wire } from '../../../src-shared/protocol/frames.ts';
import { applyTo } from '../receive/apply.ts';
import { takeEarlyContents } from './apply.ts';
import { changeRoom } from './commit.ts';
import { followRoom } from './follow.ts';
import { needsRekey } from './rules.ts';

export class RoomFollower {
  readonly #context: EngineContext;
  readonly #relay: RelayApi;
  readonly #waiting = new Set<ConversationRow>();
  #running: Promise<void> | null = null;
  #isOnline = false;

  constructor(context: EngineContext, relayApi: RelayApi) {
    this.#context = context;
    this.#relay = relayApi;
  }

  setOnline(state: 'online' | 'offline'): void {
    this.#isOnline = state === 'online';
    if (this.#isOnline) this.followAll();
  }

  /** What was missed while nobody told us. */
  followAll(): void {
    for (const row of this.#context.store.rooms.all()) this.#waiting.add(row);
    this.#run();
  }

  afterCommit(changes: Changes): void {
    for (const row of [...changes.roomsToFollow, ...changes.roomsToRekey]) this.#waiting.add(row);
    this.#run();
  }

  async stop(): Promise<void> {
    this.setOnline('offline');
    await this.#running;
  }

  #run(): void {
    if (this.#running !== null || !this.#isOnline || this.#waiting.size === 0) return;
    this.#running = this.#drain().finally(() => {
      this.#running = null;
      this.#run();
    });
  }

  async #drain(): Promise<void> {
    for (const row of this.#waiting) {
      if (!this.#isOnline) return;
      this.#waiting.delete(row);
      try {
        await this.#follow(row);
      } catch (error) {
        // The next connection, or the next word about the room, starts here again.
        this.#context.log.info('rooms.follow-failed', errorFields(error));
      }
    }
  }

  async #follow(row: ConversationRow): Promise<void> {
    const { store } = this.#context;
    const conversation = store.conversations.byRow(row);
    if (conversation?.kind !== 'room') return;
    const isIn = await followRoom(this.#context, this.#relay, row);
    if (!isIn) {
      this.#context.transact((changes) => {
        store.conversations.setState(row, 'left');
        changes.conversation(row);
      });
      return;
    }
    this.#context.transact((changes) => {
      takeEarlyContents(this.#context, changes, conversation, applyTo);
    });
    const state = store.rooms.get(row);
    if (state === null || !needsRekey(state, this.#context.requireAccount().accountId)) return;
    await changeRoom(this.#context, this.#relay, conversation, () => ({
      case: 'rekey',
      value: create(wire.RoomRekeySchema),
    }));
  }
}

/** Somebody with an engine of their own in this process: a real store in a folder, real time unless told. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { EngineEvent } from '../../../src-shared/contract/events.ts';
import type { ConversationView, MessageView } from '../../../src-shared/contract/views.ts';
import { systemClock, systemTimers, type Clock } from '../../../src-shared/clock.ts';
import type { MessageId, RoomId } from '../../../src-shared/ids.ts';
import { createEngine, type Engine } from '../../../src-main/engine/engine.ts';
import { systemIds, type IdSource } from '../../../src-main/engine/ids.ts';
import { silentLogger, type Logger } from '../../../src-main/engine/log.ts';
import { openDatabase, type StoreDatabase } from '../../../src-main/engine/store/database.ts';
import type { Cleanup } from '../relay/relays.ts';

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

export interface PersonOptions {
  readonly username: string;
  readonly folder: string;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Goes between the engine and the store, to let it fail. */
  readonly intercept?: (database: StoreDatabase) => StoreDatabase;
}

/** Waits that are random between two bounds take the shorter one. */
const IMPATIENT: IdSource = {
  ...systemIds,
  random: (min, max) => (min === 0 ? systemIds.random(min, max) : min),
};

export class Person {
  readonly username: string;
  readonly databasePath: string;
  readonly filesPath: string;
  readonly key = new Uint8Array(randomBytes(32));
  readonly events: EngineEvent[] = [];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #intercept: (database: StoreDatabase) => StoreDatabase;
  readonly #waiters = new Set<{
    matches: (event: EngineEvent) => boolean;
    resolve: (event: EngineEvent) => void;
  }>();
  #open: { readonly engine: Engine; readonly database: StoreDatabase } | null = null;

  constructor(options: PersonOptions) {
    this.username = options.username;
    this.databasePath = join(options.folder, `${options.username}.db`);
    this.filesPath = join(options.folder, `${options.username}.files`);
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLogger;
    this.#intercept = options.intercept ?? ((database) => database);
  }

  /** Registers at a relay. */
  static async join(
    cleanup: Cleanup,
    relayUrl: string,
    username: string,
    options: Partial<PersonOptions> = {},
  ): Promise<Person> {
    const person = new Person({ username, folder: cleanup.folder(), ...options });
    cleanup.add(() => person.close());
    person.open();
    await person.engine.request('account.register', { relay: relayUrl, username });
    return person;
  }

  /** Starts the engine on the store, which may hold anything from before. */
  open(): void {
    const database = this.#intercept(openDatabase(this.databasePath, this.key));
    const engine = createEngine({
      database,
      filesPath: this.filesPath,
      clock: this.#clock,
      timers: systemTimers,
      ids: IMPATIENT,
      log: this.#log,
    });
    engine.subscribe((event) => {
      this.events.push(event);
      for (const waiter of this.#waiters) {
        if (!waiter.matches(event)) continue;
        this.#waiters.delete(waiter);
        waiter.resolve(event);
      }
    });
    this.#open = { engine, database };
  }

  async close(): Promise<void> {
    await this.#open?.engine.close();
    this.#open = null;
  }

  async reopen(): Promise<void> {
    await this.close();
    this.open();
    await this.online();
  }

  get engine(): Engine {
    if (this.#open === null) throw new Error(`${this.username} is not running`);
    return this.#open.engine;
  }

  /** The store behind the engine, for looking inside. */
  get database(): StoreDatabase {
    if (this.#open === null) throw new Error(`${this.username} is not running`);
    return this.#open.database;
  }

  async online(): Promise<void> {
    if ((await this.engine.request('connection.get', {})).state === 'online') return;
    await this.nextEvent('connection', (event) => event.connection.state === 'online');
  }

  /** The next event of a kind that matches. */
  nextEvent<Type extends EngineEvent['type']>(
    type: Type,
    matches: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    return new Promise((resolve) => {
      this.#waiters.add({
        matches: (event) => event.type === type && matches(event as EventOf<Type>),
        resolve: (event) => {
          resolve(event as EventOf<Type>);
        },
      });
    });
  }

  /** The first event of a kind that matches, past or to come. */
  event<Type extends EngineEvent['type']>(
    type: Type,
    matches: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    const seen = this.events.find(
      (event): event is EventOf<Type> => event.type === type && matches(event as EventOf<Type>),
    );
    return seen === undefined ? this.nextEvent(type, matches) : Promise.resolve(seen);
  }

  async send(to: string, text: string): Promise<MessageId> {
    const { roomId } = await this.engine.request('conversations.start', { username: to });
    return (await this.engine.request('messages.send', { roomId, text })).messageId;
  }

  received(text: string): Promise<EventOf<'received'>> {
    return this.event('received', ({ message }) => textOf(message) === text);
  }

  receipt(messageId: MessageId, kind: 'delivered' | 'read'): Promise<EventOf<'receipt'>> {
    return this.event('receipt', (event) => event.messageId === messageId && event.kind === kind);
  }

  async accept(from: string): Promise<void> {
    const { roomId } = await this.conversation(from);
    await this.engine.request('conversations.accept', { roomId });
  }

  async conversation(other: string): Promise<ConversationView> {
    const all = await this.engine.request('conversations.list', {});
    const found = all.find((view) => view.peer.username === other);
    if (found === undefined) throw new Error(`${this.username} has no conversation with ${other}`);
    return found;
  }

  async messages(other: string): Promise<readonly MessageView[]> {
    const { roomId } = await this.conversation(other);
    return (await this.engine.request('messages.page', { roomId, from: { at: 'newest' }, limit: 200 }))
      .messages;
  }

  async texts(other: string): Promise<readonly string[]> {
    return (await this.messages(other)).flatMap((message) => textOf(message) ?? []);
  }

  /** Reads everything in the conversation. */
  async read(other: string): Promise<void> {
    const newest = (await this.messages(other)).at(-1);
    if (newest === undefined) return;
    const upTo = { order: newest.order, row: newest.row };
    await this.engine.request('conversations.markRead', { roomId: newest.roomId, upTo });
  }

  async room(other: string): Promise<RoomId> {
    return (await this.conversation(other)).roomId;
  }
}

export function textOf(message: MessageView): string | null {
  return message.body.type === 'text' ? message.body.text : null;
}

/** Two people who know each other: requests are answered, receipts flow. */
export async function acquaintances(
  cleanup: Cleanup,
  relayUrl: string,
  options: { readonly ada?: Partial<PersonOptions>; readonly ben?: Partial<PersonOptions> } = {},
): Promise<readonly [Person, Person]> {
  const ada = await Person.join(cleanup, relayUrl, 'ada', options.ada);
  const ben = await Person.join(cleanup, relayUrl, 'ben', options.ben);
  const hello = await ada.send('ben', 'hello');
  await ben.received('hello');
  await ben.accept('ada');
  await ada.receipt(hello, 'delivered');
  return [ada, ben];
}

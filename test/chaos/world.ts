/** A relay and three people, each a process behind a line that can be cut; all of them can be killed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FaultyLine } from '../support/processes/faulty-line.ts';
import { startRelayProcess, type RelayProcess } from '../support/processes/relay-process.ts';
import { SessionProcess, type SessionEvent } from '../support/processes/session-process.ts';

export const PEOPLE = ['ada', 'ben', 'cleo'] as const;
export type Person = (typeof PEOPLE)[number];

export interface HistoryItem {
  readonly messageId: string;
  readonly from: string;
  readonly text: string;
}

type OnEvent = (person: Person, event: SessionEvent) => void;

export class World {
  readonly #folder: string;
  readonly #lines = new Map<Person, FaultyLine>();
  readonly #sessions = new Map<Person, SessionProcess>();
  readonly #onEvent: OnEvent;
  readonly #port: number;
  readonly #starting = new Map<Person | 'relay', Promise<void>>();
  #relay: RelayProcess | null;

  private constructor(folder: string, relay: RelayProcess, onEvent: OnEvent) {
    this.#folder = folder;
    this.#relay = relay;
    this.#port = relay.port;
    this.#onEvent = onEvent;
  }

  static async create(folder: string, onEvent: OnEvent): Promise<World> {
    mkdirSync(folder, { recursive: true });
    const world = new World(folder, await startRelayProcess(join(folder, 'relay')), onEvent);
    for (const person of PEOPLE) world.#lines.set(person, await FaultyLine.open(() => world.#port));
    await world.complete();
    return world;
  }

  session(person: Person): SessionProcess {
    const session = this.#sessions.get(person);
    if (session === undefined) throw new Error(`${person} is not running`);
    return session;
  }

  isRunning(person: Person): boolean {
    return this.#sessions.has(person);
  }

  get isRelayRunning(): boolean {
    return this.#relay !== null;
  }

  async kill(person: Person): Promise<void> {
    const session = this.session(person);
    this.#sessions.delete(person);
    await session.kill();
  }

  async killRelay(): Promise<void> {
    const relay = this.#relay;
    this.#relay = null;
    await relay?.kill();
  }

  /** Brings back whoever was killed; `complete` waits for it. */
  startMissing(): void {
    for (const person of PEOPLE) {
      if (this.#sessions.has(person) || this.#starting.has(person)) continue;
      this.#starting.set(person, this.#start(person));
    }
    if (this.#relay === null && !this.#starting.has('relay')) this.#starting.set('relay', this.#startRelay());
  }

  async complete(): Promise<void> {
    this.startMissing();
    await Promise.all(this.#starting.values());
  }

  async #start(person: Person): Promise<void> {
    const session = new SessionProcess({
      dataFolder: join(this.#folder, person),
      relayUrl: this.#line(person).url,
      username: person,
    });
    session.onEvent = (event) => {
      this.#onEvent(person, event);
    };
    await session.ready();
    this.#sessions.set(person, session);
    this.#starting.delete(person);
  }

  async #startRelay(): Promise<void> {
    this.#relay = await startRelayProcess(join(this.#folder, 'relay'), this.#port);
    this.#starting.delete('relay');
  }

  cut(person: Person): void {
    this.#line(person).cut();
  }

  async history(person: Person, other: Person): Promise<readonly HistoryItem[]> {
    const answer = await this.session(person).ask({ op: 'history', with: other, limit: 1_000_000 });
    return answer.event === 'history' ? (answer['messages'] as readonly HistoryItem[]) : [];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.quit()));
    await this.#relay?.stop();
    await Promise.all([...this.#lines.values()].map((line) => line.close()));
  }

  #line(person: Person): FaultyLine {
    const line = this.#lines.get(person);
    if (line === undefined) throw new Error(`${person} has no line`);
    return line;
  }
}

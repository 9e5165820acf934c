/** The people of the demo: processes that speak, leave, are killed, and come back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEvent, SessionProcess } from '../support/processes/session-process.ts';

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

interface HistoryItem {
  readonly messageId: string;
  readonly from: string;
  readonly text: string;
  readonly sentAt: number;
}

export interface DemoTally {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
}

const SETTLE_POLL_MS = 50;
const SETTLE_POLLS = 600;

export class Cast {
  readonly #names: readonly string[];
  readonly #start: (name: string) => SessionProcess;
  readonly #on = new Map<string, SessionProcess>();

  constructor(names: readonly string[], start: (name: string) => SessionProcess) {
    this.#names = names;
    this.#start = start;
  }

  async enter(): Promise<void> {
    for (const name of this.#names) await this.comeBack(name);
  }

  async exit(): Promise<void> {
    await Promise.all([...this.#on.values()].map((session) => session.quit()));
  }

  /** A first message, and its request accepted. */
  async introduce(from: string, to: string, text: string): Promise<void> {
    await this.speak(from, to, text);
    await this.#of(to).ask({ op: 'accept', from });
  }

  /** Says something and waits until it is on the other screen. */
  async speak(from: string, to: string, text: string): Promise<void> {
    const heard = this.#of(to).waitFor((event) => event.event === 'message' && event['text'] === text);
    await this.say(from, to, text);
    await heard;
  }

  /** Says something and waits until it is durable at home. */
  async say(from: string, to: string, text: string): Promise<void> {
    await this.#of(from).ask({ op: 'send', to, text });
  }

  async leave(name: string): Promise<void> {
    await this.#of(name).quit();
    this.#on.delete(name);
  }

  async comeBack(name: string): Promise<void> {
    const session = this.#start(name);
    await session.ready();
    this.#on.set(name, session);
  }

  /** Starts to say all of it, and is killed when half of it is durable. */
  async killWhileSaying(from: string, to: string, texts: readonly string[]): Promise<void> {
    const session = this.#of(from);
    const isQueued = (event: SessionEvent): boolean => event.event === 'queued';
    const before = session.events.filter(isQueued).length;
    const halfQueued = session.next(
      (event) => isQueued(event) && session.events.filter(isQueued).length >= before + texts.length / 2,
    );
    for (const text of texts) session.operate({ op: 'send', to, text });
    await halfQueued;
    await session.kill();
    this.#on.delete(from);
  }

  /** Until nobody has anything left to send. */
  async settle(): Promise<void> {
    for (let poll = 0; poll < SETTLE_POLLS; poll++) {
      const states = await Promise.all(
        [...this.#on.values()].map((session) => session.ask({ op: 'status' })),
      );
      const isQuiet = states.every(
        (status) =>
          status['connection'] === 'online' &&
          status['catchingUp'] === false &&
          status['unsentContents'] === 0 &&
          status['unsentOther'] === 0,
      );
      if (isQuiet && (await this.tally()).lost === 0) return;
      await delay(SETTLE_POLL_MS);
    }
  }

  /** What each person received, in the order it was written. */
  async transcript(): Promise<readonly Line[]> {
    const lines: (Line & { sentAt: number })[] = [];
    for (const [to, from] of this.#pairs()) {
      for (const item of await this.#history(to, from)) {
        if (item.from === from) lines.push({ from, to, text: item.text, sentAt: item.sentAt });
      }
    }
    return lines.sort((a, b) => a.sentAt - b.sentAt);
  }

  async tally(): Promise<DemoTally> {
    const result = { sent: 0, delivered: 0, lost: 0, doubled: 0 };
    for (const [to, from] of this.#pairs()) {
      const said = (await this.#history(from, to)).filter((item) => item.from === from);
      const heard = (await this.#history(to, from))
        .filter((item) => item.from === from)
        .map((item) => item.text);
      result.sent += said.length;
      for (const { text } of said) {
        const times = heard.filter((other) => other === text).length;
        if (times === 0) result.lost += 1;
        else result.delivered += 1;
        if (times > 1) result.doubled += 1;
      }
    }
    return result;
  }

  *#pairs(): Generator<readonly [string, string]> {
    for (const to of this.#names) {
      for (const from of this.#names) if (from !== to) yield [to, from];
    }
  }

  async #history(of: string, other: string): Promise<readonly HistoryItem[]> {
    const answer = await this.#of(of).ask({ op: 'history', with: other, limit: 10_000 });
    return answer.event === 'history' ? (answer['messages'] as readonly HistoryItem[]) : [];
  }

  #of(name: string): SessionProcess {
    const session = this.#on.get(name);
    if (session === undefined) throw new Error(`${name} is not here`);
    return session;
  }
}

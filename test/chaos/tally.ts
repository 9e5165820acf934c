/** What the stores say at the end: everything that was durable at its sender, once at its receiver. */
import { PEOPLE, type HistoryItem, type Person, type World } from './world.ts';

export interface Tally {
  /** Messages in the stores of their senders. */
  readonly sent: number;
  /** Of these, in the store of the receiver. */
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  /** In the receiver's store in another order than they were said in. */
  readonly disordered: number;
  /** Envelopes that stayed unreadable. */
  readonly undecryptable: number;
}

export interface Promised {
  readonly messageId: string;
  readonly from: Person;
  readonly to: Person;
}

/** `promised` are the messages whose sender was told that they are durable. */
export async function tally(world: World, promised: readonly Promised[]): Promise<Tally> {
  const result = { sent: 0, delivered: 0, lost: 0, doubled: 0, disordered: 0, undecryptable: 0 };
  for (const from of PEOPLE) {
    for (const to of PEOPLE) {
      if (from === to) continue;
      const said = ownTexts(await world.history(from, to), from);
      const heard = ownTexts(await world.history(to, from), from);
      const heardTimes = count(heard.map((item) => item.text));
      const saidIds = new Set(said.map((item) => item.messageId));
      const forgotten = promised.filter(
        (one) => one.from === from && one.to === to && !saidIds.has(one.messageId),
      );
      result.sent += said.length + forgotten.length;
      result.delivered += said.filter((item) => heardTimes.has(item.text)).length;
      result.lost += forgotten.length + said.filter((item) => !heardTimes.has(item.text)).length;
      result.doubled += [...heardTimes.values(), ...count(said.map((item) => item.text)).values()].filter(
        (times) => times > 1,
      ).length;
      result.disordered += isSameOrder(said, heard) ? 0 : 1;
    }
    const status = await world.session(from).ask({ op: 'status' });
    const parked = status['parked'] as { waiting: number; 'given-up': number };
    result.undecryptable += parked.waiting + parked['given-up'];
  }
  return result;
}

function ownTexts(history: readonly HistoryItem[], from: Person): readonly HistoryItem[] {
  return history.filter((item) => item.from === from);
}

function count(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

function isSameOrder(said: readonly HistoryItem[], heard: readonly HistoryItem[]): boolean {
  return (
    said.length === heard.length && said.every((item, index) => item.messageId === heard[index]?.messageId)
  );
}

/** Two people at an honest relay, and a hostile one that can take its place on Ada's line and give it back. */
import { vi } from 'vitest';
import { accountRepository } from '../../../src-main/engine/account/repository.ts';
import { FaultyLine } from '../processes/faulty-line.ts';
import type { Cleanup } from '../relay/relays.ts';
import { HostileRelay } from './hostile-relay.ts';
import { Person, type PersonOptions } from './person.ts';

export interface Betrayal {
  readonly ada: Person;
  readonly ben: Person;
  readonly hostile: HostileRelay;
  takeOver(): void;
  giveBack(): void;
}

export async function betrayal(cleanup: Cleanup, options: Partial<PersonOptions> = {}): Promise<Betrayal> {
  const honest = await cleanup.relay();
  let port = Number(new URL(honest.url).port);
  const line = await FaultyLine.open(() => port);
  cleanup.add(() => line.close());
  const ben = await Person.join(cleanup, honest.url, 'ben');
  const ada = await Person.join(cleanup, line.url, 'ada', options);
  const hello = await ada.send('ben', 'hello');
  await ben.received('hello');
  await ben.accept('ada');
  await ada.receipt(hello, 'delivered');
  const name = accountRepository(ada.database.read).get()?.relayName ?? '';
  const hostile = await HostileRelay.open(cleanup, name);
  return {
    ada,
    ben,
    hostile,
    takeOver() {
      port = hostile.port;
      line.cut();
    },
    giveBack() {
      port = Number(new URL(honest.url).port);
      line.cut();
    },
  };
}

/** Asks again and again, as an impatient person does, until the condition holds. */
export async function insist(person: Person, condition: () => Promise<void> | void): Promise<void> {
  await vi.waitFor(
    async () => {
      await person.engine.request('connection.retry', {});
      await condition();
    },
    { interval: 5, timeout: 10_000 },
  );
}

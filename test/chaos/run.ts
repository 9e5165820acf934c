/** Random sends, kills and cuts at random instants; then everybody is left to settle and stores are compared. */
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom, type Random } from './random.ts';
import { tally, type Promised, type Tally } from './tally.ts';
import { PEOPLE, World, type Person } from './world.ts';

export interface ChaosOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly folder: string;
  /** Called after each cycle. */
  readonly onProgress?: (cycle: number) => void;
}

export interface ChaosResult extends Tally {
  readonly cycles: number;
  readonly seed: number;
  readonly kills: number;
  readonly cuts: number;
}

/** Everything that is going to arrive has arrived long before, or there is a fault to find. */
const SETTLE_TIMEOUT_MS = 120_000;
const SETTLE_POLL_MS = 100;

interface Run {
  readonly world: World;
  readonly random: Random;
  readonly promised: Promised[];
  readonly waiting: Map<string, { from: Person; to: Person }>;
  kills: number;
  cuts: number;
}

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const waiting: Run['waiting'] = new Map();
  const promised: Promised[] = [];
  const world = await World.create(options.folder, (_person, event) => {
    const asked = event.event === 'queued' ? waiting.get(String(event['ref'])) : undefined;
    if (asked !== undefined) promised.push({ messageId: String(event['messageId']), ...asked });
  });
  const run: Run = { world, random: seededRandom(options.seed), promised, waiting, kills: 0, cuts: 0 };
  try {
    await introduce(world);
    for (let cycle = 1; cycle <= options.cycles; cycle++) {
      await runCycle(run);
      options.onProgress?.(cycle);
    }
    await world.complete();
    await settle(run);
    const { cycles, seed } = options;
    return { cycles, seed, kills: run.kills, cuts: run.cuts, ...(await tally(world, promised)) };
  } finally {
    await world.close();
  }
}

/** Everybody knows everybody: the first message of a pair is a request, and receipts wait for its answer. */
async function introduce(world: World): Promise<void> {
  for (const from of PEOPLE) {
    for (const to of PEOPLE) {
      if (from < to) await world.session(from).ask({ op: 'send', to, text: `${from} greets ${to}` });
    }
  }
  for (const from of PEOPLE) {
    for (const to of PEOPLE) {
      if (from >= to) continue;
      await world.session(to).waitFor((event) => event.event === 'message' && event['from'] === from);
      await world.session(to).ask({ op: 'accept', from });
    }
  }
}

async function runCycle(run: Run): Promise<void> {
  const { world, random } = run;
  for (let burst = random.between(1, 4); burst > 0; burst--) say(run);
  // Somewhere between the write, the encryption, the relay's commit and the acknowledgements.
  await delay(random.between(0, 25));
  const fault = random.next();
  const running = PEOPLE.filter((person) => world.isRunning(person));
  // One of them stays, so that there is always somebody to say something.
  if (fault < 0.45 && running.length > 1) {
    run.kills += 1;
    await world.kill(random.pick(running));
  } else if (fault < 0.65 && world.isRelayRunning) {
    run.kills += 1;
    await world.killRelay();
  } else if (fault < 0.9) {
    run.cuts += 1;
    world.cut(random.pick(PEOPLE));
  }
  await delay(random.between(0, 100));
  world.startMissing();
  // The others go on meanwhile, but the world should not fall asleep.
  if (random.next() < 0.3) await world.complete();
}

function say({ world, random, waiting }: Run): void {
  const from = random.pick(PEOPLE.filter((person) => world.isRunning(person)));
  const to = random.pick(PEOPLE.filter((person) => person !== from));
  const ref = `say-${String(waiting.size)}`;
  waiting.set(ref, { from, to });
  world.session(from).operate({ op: 'send', to, text: `${ref} ${'x'.repeat(random.between(0, 300))}`, ref });
}

/** Until nobody has anything left to send or to read. */
async function settle({ world }: Run): Promise<void> {
  const until = Date.now() + SETTLE_TIMEOUT_MS;
  for (let quietRounds = 0; quietRounds < 3 && Date.now() < until;) {
    const states = await Promise.all(PEOPLE.map((person) => world.session(person).ask({ op: 'status' })));
    const isQuiet = states.every(
      (status) =>
        status['connection'] === 'online' &&
        status['catchingUp'] === false &&
        status['unsentContents'] === 0 &&
        status['unsentOther'] === 0 &&
        (status['parked'] as { waiting: number }).waiting === 0,
    );
    quietRounds = isQuiet ? quietRounds + 1 : 0;
    await delay(SETTLE_POLL_MS);
  }
}

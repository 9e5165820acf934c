/**
 * `npm run demo`: no display needed. A relay and three people hold a conversation; one is away for a
 * while, one is killed in the middle of sending. Prints what was said, what the relay's disk holds, and a
 * tally from the three stores. Exit code 1 if anything is lost or doubled.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelayProcess } from '../support/processes/relay-process.ts';
import { SessionProcess } from '../support/processes/session-process.ts';
import { searchFolder } from './disk.ts';
import { Cast, type Line } from './cast.ts';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const PEOPLE = ['noor', 'mara', 'jonas'] as const;

const folder = mkdtempSync(join(tmpdir(), 'kith-demo-'));
const relay = await startRelayProcess(join(folder, 'relay'));
say(`A relay listens at ${relay.url}. Its join link: ${relay.joinLink}\n`);

const cast = new Cast(
  PEOPLE,
  (username) => new SessionProcess({ dataFolder: join(folder, username), relayUrl: relay.url, username }),
);
await cast.enter();
say('Noor, Mara and Jonas have accounts. Each keeps an encrypted store of their own.\n');

await cast.introduce('noor', 'mara', 'Mara, are you coming up at the weekend?');
await cast.introduce('noor', 'jonas', 'Jonas, do you still have the long rope?');
await cast.introduce('mara', 'jonas', 'Noor asks for your rope');
await cast.speak('mara', 'noor', 'Yes! I can bring the stove');
await cast.speak('jonas', 'noor', 'It is drying on the balcony');

say('\nJonas closes his laptop. Noor and Mara go on writing to him.');
await cast.leave('jonas');
for (const text of ['Bring it on Friday?', 'The hut has room for four', 'Booking closes Thursday'])
  await cast.say('noor', 'jonas', text);
await cast.say('mara', 'jonas', 'And gloves, the ridge is icy');

say('\nMara writes ten messages at once and is killed (kill -9) before she can finish.');
const interrupted = Array.from(
  { length: 10 },
  (_, i) => `Packing list ${String(i + 1)}: ${packing()[i] ?? ''}`,
);
await cast.killWhileSaying('mara', 'noor', interrupted);
await cast.comeBack('mara');
say('She starts again from her store; what was durable goes out.');

say('\nJonas opens his laptop.');
await cast.comeBack('jonas');
await cast.speak('jonas', 'noor', 'Back. Rope, gloves and Thursday: all yes');
await cast.settle();

const lines = await cast.transcript();
say('\nThe conversation, from the stores of those who received it:\n');
for (const line of lines) say(`  ${line.from.padStart(5)} → ${line.to.padEnd(5)}  ${line.text}`);

const tally = await cast.tally();
const texts = lines.map((line: Line) => line.text);
await cast.exit();
await relay.stop();

const relayDisk = searchFolder(join(folder, 'relay'), texts);
say(`\nThe relay's disk: ${String(relayDisk.bytes)} bytes in ${String(relayDisk.files)} files.`);
say(`  Of ${String(texts.length)} messages that passed, ${String(relayDisk.found)} can be found in it.`);
say(`  A look at it: ${relayDisk.sample}`);
const storeDisk = PEOPLE.map((person) => searchFolder(join(folder, person), texts));
say(
  `The people's own disks: ${String(storeDisk.reduce((sum, disk) => sum + disk.found, 0))} of the messages can be found in the clear.`,
);

say('\nTally, computed from the three stores:');
say(
  `  sent ${String(tally.sent)}, delivered ${String(tally.delivered)}, lost ${String(tally.lost)}, doubled ${String(tally.doubled)}`,
);
rmSync(folder, { recursive: true, force: true });
const isReadable = relayDisk.found > 0 || storeDisk.some((disk) => disk.found > 0);
process.exitCode = tally.lost === 0 && tally.doubled === 0 && !isReadable ? 0 : 1;

function packing(): readonly string[] {
  return [
    'tent',
    'stove',
    'gas',
    'rope',
    'map',
    'headlamp',
    'first aid',
    'chocolate',
    'coffee',
    'more chocolate',
  ];
}

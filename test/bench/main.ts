/** `npm run bench -- --json [--only receive,relay]`: one measurement a line, ratios within the run where possible. */
import { cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { measureCatchUp, measureLatency } from './engine/conversation.ts';
import { measureLargeStore } from './engine/large-store.ts';
import { measureReceive } from './engine/receive.ts';
import { measureAcceptRate, measureDrainRate } from './relay/relay-rates.ts';
import type { BenchResult } from './result.ts';

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = {
  receive: measureReceive,
  relay: async () => [await measureAcceptRate(), await measureDrainRate()],
  latency: measureLatency,
  'catch-up': measureCatchUp,
  'large-store': measureLargeStore,
};

const options = new Command('bench')
  .description('Measures what DESIGN promises. Takes some minutes; keep the machine quiet.')
  .option('--json', 'one JSON object a line')
  .option('--only <names>', `some of: ${Object.keys(BENCHES).join(', ')}`)
  .parse()
  .opts<{ json?: true; only?: string }>();

const wanted = options.only?.split(',') ?? Object.keys(BENCHES);
process.stderr.write(
  `${String(cpus().length)} cores, ${cpus()[0]?.model ?? 'unknown'}, ${String(Math.round(totalmem() / 2 ** 30))} GiB, Node ${process.versions.node}\n`,
);
for (const name of wanted) {
  const measure = BENCHES[name];
  if (measure === undefined) throw new Error(`there is no bench "${name}"`);
  for (const result of await measure()) {
    const goal = result.goal === null ? '' : ` (goal ${String(result.goal)}${result.ok ? '' : ', missed'})`;
    const line = `${result.name}: ${String(result.value)} ${result.unit}${goal}`;
    process.stdout.write(`${options.json === true ? JSON.stringify(result) : line}\n`);
  }
}

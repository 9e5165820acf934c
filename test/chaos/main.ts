/** `npm run chaos -- --cycles 1000 --seed 7 --json` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { runChaos } from './run.ts';

const options = new Command('chaos')
  .description('A relay and three people under random kills and cuts; afterwards their stores are compared.')
  .option('--cycles <count>', 'how many rounds of sends and faults', Number, 50)
  .option('--seed <number>', 'repeats the choices of an earlier run', Number, 1)
  .option('--json', 'print the result as one line of JSON')
  .option('--keep', 'keep the stores for a closer look')
  .parse()
  .opts<{ cycles: number; seed: number; json?: true; keep?: true }>();

const folder = mkdtempSync(join(tmpdir(), 'kith-chaos-'));
const result = await runChaos({
  ...options,
  folder,
  onProgress: (cycle) => {
    if (cycle % 50 === 0) process.stderr.write(`${String(cycle)} of ${String(options.cycles)} cycles\n`);
  },
});
if (options.keep === true) process.stderr.write(`stores kept in ${folder}\n`);
else rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  options.json === true ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`,
);
const isPerfect =
  result.lost === 0 && result.doubled === 0 && result.undecryptable === 0 && result.disordered === 0;
process.exitCode = isPerfect ? 0 : 1;

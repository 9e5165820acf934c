/** Promise 1: a message that the user saw leave arrives exactly once, whatever is killed and cut meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runChaos } from '../../chaos/run.ts';

/** CI runs 200; a developer who runs all tests often waits for fewer. */
const CYCLES = process.env['CI'] === undefined ? 60 : 200;
/** A run that is this slow hangs. */
const TIMEOUT_MS = 10 * 60_000;

const folder = mkdtempSync(join(tmpdir(), 'kith-chaos-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it(
  `loses nothing and doubles nothing in ${String(CYCLES)} rounds of kills and cuts`,
  async () => {
    const seed = Number(process.env['KITH_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const result = await runChaos({ cycles: CYCLES, seed, folder });
    process.stderr.write(`${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ lost: 0, doubled: 0, disordered: 0, undecryptable: 0 });
    expect(result.sent).toBeGreaterThan(CYCLES);
    expect(result.kills).toBeGreaterThan(CYCLES / 5);
  },
  TIMEOUT_MS,
);

/**
 * `npm test`: everything that CI runs, on a fresh clone too. Installs what it lacks, checks, builds, runs
 * all tests, and ends with one line that counts them.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, findNode, requireSystemNode, root, run } from './environment.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

requireSystemNode();
ensureInstalled();
const node = findNode();
const skipReasons = ensureSystemPackages();
for (const [variable, reason] of Object.entries(skipReasons)) {
  console.error(`skipping: ${reason}`);
  process.env[variable] = reason;
}

let exitCode = 0;
// CI has run the checks as steps of their own, to show them apart.
if (process.env.KITH_CHECKED !== '1') exitCode = await run(node, ['scripts/check.mjs']);
exitCode = (await run(node, ['scripts/build.mjs'])) || exitCode;

const folder = mkdtempSync(join(tmpdir(), 'kith-test-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
exitCode =
  (await run(node, [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])) || exitCode;

const counts = existsSync(report)
  ? count(JSON.parse(readFileSync(report, 'utf8')))
  : { passed: 0, failed: 1, skipped: 0 };
rmSync(folder, { recursive: true, force: true });
if (process.env.CI !== undefined && counts.skipped > 0) {
  console.error('In CI nothing may be skipped.');
  exitCode ||= 1;
}
if (counts.passed === 0) exitCode ||= 1;
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`}`,
);
process.exitCode = exitCode;

/** A file that could not even be loaded counts as one failure. */
function count(result) {
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

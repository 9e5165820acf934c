/** Everything that can be said about the code without running it. Ends with exit code 1 if anything is wrong. */
import { ensureInstalled, requireSystemNode, runPackaged } from './environment.mjs';

requireSystemNode();
ensureInstalled();

const CHECKS = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['types of main, relay and tests', 'tsc', ['-p', 'tsconfig.node.json']],
  ['types of the interface', 'tsc', ['-p', 'tsconfig.web.json']],
  ['types of the end-to-end tests', 'tsc', ['-p', 'tsconfig.e2e.json']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  [
    'dependency rule',
    'depcruise',
    [
      'src-main',
      'src-preload',
      'src-relay',
      'src-renderer',
      'src-shared',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
    ],
  ],
  ['unused code', 'knip', ['--no-progress', '--no-config-hints']],
  ['wire format', 'buf', ['lint']],
];

let failures = 0;
for (const [name, program, args] of CHECKS) {
  console.log(`check: ${name}`);
  if ((await runPackaged(program, args)) !== 0) {
    failures += 1;
    console.error(`check failed: ${name}`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;

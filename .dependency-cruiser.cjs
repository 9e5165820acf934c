/** Which folder may import from which: DESIGN's layers, downwards and from src-shared only. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src-', pathNot: allowed },
});

module.exports = {
  forbidden: [
    only('shared-stands-alone', '^src-shared/', '^src-shared/', 'What everybody shares depends on nobody.'),
    only(
      'renderer-is-a-page',
      '^src-renderer/',
      '^src-(renderer|shared)/',
      'The page knows the contract, nothing else.',
    ),
    only(
      'preload-is-a-bridge',
      '^src-preload/',
      '^src-(preload|shared/contract|shared/errors)',
      'The bridge carries the contract.',
    ),
    only(
      'relay-stands-alone',
      '^src-relay/',
      '^src-(relay|shared)/',
      'Anyone can run the relay without the app.',
    ),
    only(
      'engine-stands-alone',
      '^src-main/engine/',
      '^src-(main/engine|shared)/',
      'The engine knows neither windows nor command lines.',
    ),
    only(
      'cli-is-headless',
      '^src-main/cli/',
      '^src-(main/(cli|engine)|shared)/',
      'The command line runs without a window.',
    ),
    only(
      'shell-holds-electron',
      '^src-main/shell/',
      '^src-(main/(shell|engine)|shared)/',
      'The shell never reaches into the page or the relay.',
    ),
    {
      name: 'electron-only-in-shell',
      comment: 'Everything that touches Electron is in the shell and the preload.',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-(main/(shell/|main\\.ts)|preload/)' },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^src-' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src-' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-development-packages-in-what-ships-unbundled',
      severity: 'error',
      from: { path: '^src-(relay|main/(engine|cli))/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
};

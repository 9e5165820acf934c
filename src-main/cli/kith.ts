#!/usr/bin/env node
/** `kith`: the engine without a window, for bots, scripts and tests. */

/** Older versions cannot load the store's native module, and say nothing when they die of it. */
const MIN_NODE_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
  process.stderr.write(
    `kith needs Node ${String(MIN_NODE_MAJOR)} or newer; this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else {
  const { run } = await import('./command-line.ts');
  await run(process.argv);
}

// Checked before anything else is loaded: older versions of Node cannot even read the other files.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `The Electron stand-in needs Node 24, the version inside Electron 45; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
const [, entry, ...args] = process.argv;
const { run } = await import('./main.ts');
const { dirname, join } = await import('node:path');
try {
  await run(join(dirname(dirname(entry)), process.platform === 'win32' ? 'electron.cmd' : 'electron'), args);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
}

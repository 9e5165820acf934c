/** A process of its own that takes a data folder and keeps it until it is killed. */
import { openDataFolder } from '../../../src-main/engine/store/data-folder.ts';

const folder = openDataFolder(process.argv[2] ?? '');
// Whoever lets go of the folder lets go of the lock, with the next garbage collection.
process.on('exit', () => {
  folder.release();
});
process.stdout.write('held\n');
process.stdin.resume();

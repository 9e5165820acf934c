/** A process of its own that takes a data folder and keeps it until it is killed. */
import { openDataFolder } from '../../../src-main/engine/store/data-folder.ts';

openDataFolder(process.argv[2] ?? '');
process.stdout.write('held\n');
process.stdin.resume();

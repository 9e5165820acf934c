/** Builds the app when its sources are newer than what was built last. */
import { buildWhenStale } from './built-files.mjs';

await buildWhenStale(process.execPath);

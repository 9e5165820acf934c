/** Packages and system packages, for machines that have neither. */
import { ensureInstalled, requireSystemNode } from './environment.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

requireSystemNode();
ensureInstalled();
for (const reason of Object.values(ensureSystemPackages())) console.error(`missing: ${reason}`);

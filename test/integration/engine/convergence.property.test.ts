/**
 * DESIGN §9 on the engine's own code and SQL: whatever two people do on two to five devices, with clocks
 * that lie and lines that delay, repeat and reorder, in the end all devices show the same.
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { LAYOUTS, plans, World, type Layout, type Plan } from '../../support/convergence/history.ts';
import { ownState, sharedState, without } from '../../support/convergence/visible.ts';

/** DESIGN asks for 10,000 in CI; KITH_HISTORIES asks for more. */
const HISTORIES = Number(process.env['KITH_HISTORIES'] ?? 10_000);
const MAX_STEPS = 40;

const worlds = new Map<Layout, World>();
function worldOf({ layout }: Plan): World {
  const known = LAYOUTS.find(([a, b]) => a === layout[0] && b === layout[1]) ?? layout;
  const world = worlds.get(known) ?? new World(known);
  worlds.set(known, world);
  return world;
}

afterAll(() => {
  for (const world of worlds.values()) world.close();
});

test(
  'every history ends alike on every device',
  () => {
    fc.assert(
      fc.property(plans(MAX_STEPS), (plan) => {
        const world = worldOf(plan);
        world.play(plan);
        const [first] = world.replicas;
        if (first === undefined) throw new Error('there is no device');
        for (const replica of world.replicas) {
          const mine = world.replicas.find(
            ({ identity }) => identity.accountId === replica.identity.accountId,
          );
          if (mine !== undefined && mine !== replica) expect(ownState(replica)).toEqual(ownState(mine));
          const isHidden = (id: Parameters<typeof replica.store.forgotten.has>[0]): boolean =>
            replica.store.forgotten.has(id) || first.store.forgotten.has(id);
          expect(without(sharedState(replica), isHidden)).toEqual(without(sharedState(first), isHidden));
        }
      }),
      { numRuns: HISTORIES },
    );
    const operations = [...worlds.values()].reduce((sum, world) => sum + world.operations, 0);
    console.log(`${String(HISTORIES)} histories, ${String(operations)} operations: all devices alike`);
  },
  20 * 60_000,
);

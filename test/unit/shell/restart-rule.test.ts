import { expect, test } from 'vitest';
import { onRelayEnded } from '../../../src-main/shell/hosted-relay/restart-rule.ts';

test('a relay that keeps ending is started again after longer and longer waits, and then no more', () => {
  const waits: number[] = [];
  let attempts = 0;
  for (;;) {
    const decision = onRelayEnded(attempts, 1_000);
    if (decision.action === 'give-up') break;
    waits.push(decision.afterMs);
    attempts = decision.attempts;
  }
  expect(waits).toEqual([500, 2_000, 8_000, 30_000]);
});

test('one that ran for long has all its tries again', () => {
  expect(onRelayEnded(4, 5 * 60_000)).toEqual({ action: 'restart', afterMs: 500, attempts: 1 });
});

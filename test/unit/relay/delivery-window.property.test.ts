import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryWindow } from '../../../src-relay/gateway/delivery-window.ts';

const bounds = fc.record({
  maxEnvelopes: fc.integer({ min: 0, max: 20 }),
  maxBytes: fc.integer({ min: 1, max: 1000 }),
});
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('admit' as const),
      bytes: fc.integer({ min: 0, max: 300 }),
      gap: fc.integer({ min: 1, max: 9 }),
    }),
    fc.record({ kind: fc.constant('acknowledge' as const), seq: fc.integer({ min: -5, max: 500 }) }),
  ),
  { maxLength: 200 },
);

describe('a delivery window', () => {
  it('never holds more than its bounds, whatever is acknowledged', () => {
    fc.assert(
      fc.property(bounds, steps, (limits, all) => {
        const window = new DeliveryWindow(0, limits);
        const inFlight = new Map<number, number>();
        for (const step of all) {
          if (step.kind === 'admit') {
            const seq = window.deliveredSeq + step.gap;
            if (window.admit(seq, step.bytes)) inFlight.set(seq, step.bytes);
          } else {
            const before = window.acknowledgedSeq;
            const upTo = window.acknowledge(step.seq);
            for (const seq of inFlight.keys()) if (seq <= step.seq) inFlight.delete(seq);
            expect(window.acknowledgedSeq).toBeLessThanOrEqual(window.deliveredSeq);
            expect(window.acknowledgedSeq).toBe(upTo ?? before);
          }
          const bytes = [...inFlight.values()].reduce((sum, size) => sum + size, 0);
          expect(window.inFlightEnvelopes).toBe(inFlight.size);
          expect(window.inFlightBytes).toBe(bytes);
          expect(inFlight.size).toBeLessThanOrEqual(limits.maxEnvelopes);
          if (inFlight.size > 1) expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('lets an envelope above the byte bound travel alone', () => {
    const window = new DeliveryWindow(0, { maxEnvelopes: 10, maxBytes: 100 });
    expect(window.admit(1, 500)).toBe(true);
    expect(window.admit(2, 1)).toBe(false);
    expect(window.acknowledge(1)).toBe(1);
    expect(window.admit(2, 1)).toBe(true);
  });
});

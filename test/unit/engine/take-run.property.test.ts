import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeRun } from '../../../src-main/engine/send/form-envelope.ts';
import type { OutboxItem } from '../../../src-main/engine/send/outbox-repository.ts';

const MAX_BATCH_BYTES = 64 * 1024;

const queue = fc
  .array(
    fc.record({
      audience: fc.constantFrom('everyone' as const, 'peer' as const, 'own-devices' as const),
      contentBytes: fc.oneof(fc.nat(2_000), fc.nat(70_000)),
      signatureBytes: fc.constantFrom(0, 64),
    }),
    { maxLength: 15 },
  )
  .map((items) =>
    items.map(({ audience, contentBytes, signatureBytes }, row): OutboxItem => ({
      row,
      audience,
      recipients: null,
      messageId: null,
      signed: { content: new Uint8Array(contentBytes), signature: new Uint8Array(signatureBytes) },
      createdAtMs: 0,
    })),
  );

const bytesOf = (items: readonly OutboxItem[]): number =>
  items.reduce((total, { signed }) => total + signed.content.length + signed.signature.length, 0);

describe('what travels together', () => {
  it('is a run from the front of the queue for one audience, within count and size', () => {
    fc.assert(
      fc.property(queue, fc.integer({ min: 1, max: 10 }), (queued, maxItems) => {
        const run = takeRun(queued, maxItems);
        expect(run).toEqual(queued.slice(0, run.length));
        expect(run.length).toBeLessThanOrEqual(maxItems);
        expect(new Set(run.map((item) => item.audience)).size).toBeLessThanOrEqual(1);
        if (run.length > 1) expect(bytesOf(run)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
      }),
    );
  });

  it('is as long as that allows, and never nothing', () => {
    fc.assert(
      fc.property(queue, fc.integer({ min: 1, max: 10 }), (queued, maxItems) => {
        const run = takeRun(queued, maxItems);
        const next = queued[run.length];
        if (next === undefined || run.length === maxItems) return;
        expect(run.length).toBeGreaterThan(0);
        const fits = next.audience === run[0]?.audience && bytesOf([...run, next]) <= MAX_BATCH_BYTES;
        expect(fits).toBe(false);
      }),
    );
  });
});

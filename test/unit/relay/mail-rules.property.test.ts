import fc from 'fast-check';
import { v4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import {
  AcknowledgementBuffer,
  commitDelayMs,
  groupLength,
} from '../../../src-relay/services/mail/commit-rules.ts';
import { compareDevices } from '../../../src-relay/services/mail/device-match.ts';
import { nextOrder } from '../../../src-relay/services/mail/order.ts';
import type { MailCopy, MailDestination, MailEnvelope } from '../../../src-relay/services/mail/storage.ts';
import { parseDeviceId, parseId, type AccountId, type DeviceId } from '../../../src-shared/ids.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { orderToMs } from '../../../src-shared/protocol/limits.ts';

const alice = parseId<AccountId>(v4());
const bob = parseId<AccountId>(v4());
const deviceMaps = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 })), {
    selector: ([id]) => id,
  })
  .map((entries) => new Map(entries.map(([id, registration]) => [parseDeviceId(id), registration] as const)));

function copies(devices: ReadonlyMap<DeviceId, number>): MailCopy[] {
  return [...devices].map(([deviceId, registrationId]) => ({
    deviceId,
    registrationId,
    type: relay.CiphertextType.SENDER_KEY,
    ciphertext: null,
  }));
}

const all = (devices: readonly MailCopy[]): MailDestination => ({
  accountId: bob,
  devices,
  coverage: 'all-devices',
});

describe('the order of acceptance', () => {
  it('only grows, and tells the time as long as the clock does not go back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 })), (times) => {
        let last = 0;
        let latest = 0;
        for (const nowMs of times) {
          const order = nextOrder(last, nowMs);
          expect(order).toBeGreaterThan(last);
          expect(Number.isSafeInteger(order)).toBe(true);
          latest = Math.max(latest, nowMs);
          expect(orderToMs(order)).toBe(latest);
          last = order;
        }
      }),
    );
  });

  it('counts on into the next millisecond after 1,024 in one', () => {
    let order = nextOrder(0, 5000);
    for (let given = 1; given < 1500; given += 1) order = nextOrder(order, 5000);
    expect(order).toBe(5000 * 1024 + 1499);
    expect(nextOrder(order, 5001)).toBe(order + 1);
    expect(nextOrder(order, 6000)).toBe(6000 * 1024);
  });
});

describe('the comparison of devices', () => {
  it('agrees exactly when the envelope names all devices but the sending one', () => {
    fc.assert(
      fc.property(deviceMaps, deviceMaps, fc.boolean(), (named, known, toSelf) => {
        const source = { accountId: toSelf ? bob : alice, deviceId: parseDeviceId(1) };
        const expected = new Map(known);
        if (toSelf) expected.delete(source.deviceId);
        const difference = compareDevices(source, all(copies(named)), known);
        const isSame =
          named.size === expected.size &&
          [...named].every(([id, registration]) => expected.get(id) === registration);
        expect(difference === undefined).toBe(isSame);
        if (difference === undefined) return;
        // Following the answer makes the next attempt succeed.
        const mended = new Map(named);
        for (const id of difference.extra) mended.delete(id);
        for (const id of [...difference.missing, ...difference.stale]) mended.set(id, known.get(id) ?? -1);
        expect(compareDevices(source, all(copies(mended)), known)).toBeUndefined();
      }),
    );
  });

  it('says when there is no such account', () => {
    const source = { accountId: alice, deviceId: parseDeviceId(1) };
    const difference = compareDevices(source, all([]), undefined);
    expect(difference?.account).toBe('unknown');
  });

  it('names only what is wrong with the named devices when the others are left out on purpose', () => {
    const source = { accountId: alice, deviceId: parseDeviceId(1) };
    const known = new Map([
      [parseDeviceId(1), 11],
      [parseDeviceId(2), 22],
    ]);
    const compare = (...named: readonly (readonly [number, number])[]) =>
      compareDevices(
        source,
        {
          ...all(copies(new Map(named.map(([id, registration]) => [parseDeviceId(id), registration])))),
          coverage: 'named-devices',
        },
        known,
      );
    expect(compare([2, 22])).toBeUndefined();
    // Zero: there is no session to know the registration id from.
    expect(compare([1, 0])).toBeUndefined();
    expect(compare([1, 12], [3, 33])).toMatchObject({ missing: [], extra: [3], stale: [1] });
  });
});

describe('grouping', () => {
  const envelope = (sizeBytes: number): MailEnvelope => ({
    source: { accountId: alice, deviceId: parseDeviceId(1) },
    envelopeId: new Uint8Array(16),
    destinations: [],
    shared: null,
    sizeBytes,
  });
  const requests = fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 5 }), { minLength: 1 });

  it('takes as many requests as fit, always the oldest first and at least one', () => {
    fc.assert(
      fc.property(
        requests,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 2000 }),
        (sizes, most, bytes) => {
          const waiting = sizes.map((all) => ({ envelopes: all.map(envelope) }));
          const taken = groupLength(waiting, { commitEnvelopes: most, commitBytes: bytes });
          expect(taken).toBeGreaterThanOrEqual(1);
          const total = (count: number): [number, number] => {
            const flat = sizes.slice(0, count).flat();
            return [flat.length, flat.reduce((sum, size) => sum + size, 0)];
          };
          const [envelopes, sum] = total(taken);
          if (taken > 1) expect(envelopes <= most && sum <= bytes).toBe(true);
          if (taken < sizes.length) {
            const [more, moreBytes] = total(taken + 1);
            expect(more > most || moreBytes > bytes).toBe(true);
          }
        },
      ),
    );
  });

  it('commits at once after a pause, and spaces commits under load', () => {
    expect(commitDelayMs(1000, Number.NEGATIVE_INFINITY, 2)).toBe(0);
    expect(commitDelayMs(1000, 900, 2)).toBe(0);
    expect(commitDelayMs(1000.5, 1000, 2)).toBe(1.5);
  });

  it('keeps the furthest acknowledgement of each device', () => {
    const buffer = new AcknowledgementBuffer();
    const [first, second] = [1, 2].map((id) => ({ accountId: alice, deviceId: parseDeviceId(id) }));
    if (first === undefined || second === undefined) throw new Error('two devices');
    buffer.add({ address: first, upToSeq: 5 });
    buffer.add({ address: first, upToSeq: 3 });
    buffer.add({ address: second, upToSeq: 1 });
    expect(buffer.takeAll()).toEqual([
      { address: first, upToSeq: 5 },
      { address: second, upToSeq: 1 },
    ]);
    expect(buffer.takeAll()).toEqual([]);
  });
});

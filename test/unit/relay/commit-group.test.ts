import { v4 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src-relay/limits.ts';
import { CommitGroup } from '../../../src-relay/services/mail/commit-group.ts';
import type {
  AcceptOutcome,
  MailBatch,
  MailEnvelope,
  MailStore,
} from '../../../src-relay/services/mail/storage.ts';
import { StorageError } from '../../../src-relay/storage/storage.ts';
import { parseDeviceId, parseId, type AccountId } from '../../../src-shared/ids.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';

const address = { accountId: parseId<AccountId>(v4()), deviceId: parseDeviceId(1) };

function envelope(label: string): MailEnvelope {
  return { source: address, envelopeId: Buffer.from(label), destinations: [], shared: null, sizeBytes: 1 };
}

/** A store that notes its batches and fails when told to. */
function recordingStore(): {
  readonly store: MailStore;
  readonly batches: { readonly labels: string[]; readonly acknowledged: number[] }[];
  failWith: (batch: readonly string[]) => Error | undefined;
} {
  let order = 0;
  const recording = {
    batches: [] as { labels: string[]; acknowledged: number[] }[],
    failWith: (_labels: readonly string[]): Error | undefined => undefined,
    store: {
      commit: (batch: MailBatch): Promise<readonly AcceptOutcome[]> => {
        const labels = batch.envelopes.map((one) => Buffer.from(one.envelopeId).toString());
        recording.batches.push({ labels, acknowledged: batch.acknowledgements.map((one) => one.upToSeq) });
        const failure = recording.failWith(labels);
        if (failure !== undefined) return Promise.reject(failure);
        return Promise.resolve(labels.map(() => ({ kind: 'accepted', order: (order += 1) })));
      },
      page: () => Promise.resolve([]),
      summary: () => Promise.resolve({ envelopes: 0, bytes: 0, lastSeq: 0, lastAcceptedOrder: 0 }),
      lastOrder: () => Promise.resolve(order),
    },
  };
  return recording;
}

function group(store: MailStore, time: ManualTime, failures: unknown[] = []): CommitGroup {
  return new CommitGroup(store, {
    limits: DEFAULT_LIMITS,
    clock: time,
    timers: time,
    onCommitted: () => undefined,
    onFailed: (error) => failures.push(error),
  });
}

describe('a commit group', () => {
  it('shares one commit among all that arrive in a turn, and gives each its own outcomes', async () => {
    const { store, batches } = recordingStore();
    const commits = group(store, new ManualTime());
    const [first, second] = await Promise.all([
      commits.submit([envelope('a'), envelope('b')]),
      commits.submit([envelope('c')]),
    ]);
    expect(batches).toEqual([{ labels: ['a', 'b', 'c'], acknowledged: [] }]);
    expect(first).toEqual([
      { kind: 'accepted', order: 1 },
      { kind: 'accepted', order: 2 },
    ]);
    expect(second).toEqual([{ kind: 'accepted', order: 3 }]);
  });

  it('waits for company until the interval since the last commit is over', async () => {
    const { store, batches } = recordingStore();
    const time = new ManualTime();
    const commits = group(store, time);
    await commits.submit([envelope('a')]);
    const later = [commits.submit([envelope('b')])];
    await new Promise(setImmediate);
    later.push(commits.submit([envelope('c')]));
    await new Promise(setImmediate);
    expect(batches).toHaveLength(1);
    time.advance(DEFAULT_LIMITS.commitIntervalMs);
    await Promise.all(later);
    expect(batches.map((batch) => batch.labels)).toEqual([['a'], ['b', 'c']]);
  });

  it('takes acknowledgements along, or commits them by themselves after their delay', async () => {
    const { store, batches } = recordingStore();
    const time = new ManualTime();
    const commits = group(store, time);
    commits.acknowledge({ address, upToSeq: 3 });
    commits.acknowledge({ address, upToSeq: 5 });
    await commits.submit([envelope('a')]);
    commits.acknowledge({ address, upToSeq: 7 });
    time.advance(DEFAULT_LIMITS.acknowledgementDelayMs);
    await commits.flush();
    expect(batches).toEqual([
      { labels: ['a'], acknowledged: [5] },
      { labels: [], acknowledged: [7] },
    ]);
  });

  it.each(['full', 'failed'] as const)(
    'fails all together when the storage is %s, and keeps acknowledgements',
    async (kind) => {
      const recording = recordingStore();
      const failures: unknown[] = [];
      const commits = group(recording.store, new ManualTime(), failures);
      const failure = new StorageError(kind, 'no', undefined);
      recording.failWith = () => failure;
      commits.acknowledge({ address, upToSeq: 5 });
      const outcomes = await Promise.allSettled([
        commits.submit([envelope('a')]),
        commits.submit([envelope('b')]),
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
      expect(failures).toEqual([failure]);
      recording.failWith = () => undefined;
      const retried = commits.submit([envelope('a')]);
      await commits.flush();
      await retried;
      expect(recording.batches.at(-1)).toEqual({ labels: ['a'], acknowledged: [5] });
    },
  );

  it('does not let a request that brings out a defect take its neighbours along', async () => {
    const recording = recordingStore();
    recording.failWith = (labels) => (labels.includes('poison') ? new TypeError('defect') : undefined);
    const commits = group(recording.store, new ManualTime());
    const outcomes = await Promise.allSettled(
      ['a', 'poison', 'b'].map((label) => commits.submit([envelope(label)])),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('bounds a commit and goes on with the next one by itself', async () => {
    const { store, batches } = recordingStore();
    const time = new ManualTime();
    const commits = group(store, time);
    const many = Array.from({ length: DEFAULT_LIMITS.commitEnvelopes }, (_, index) =>
      envelope(String(index)),
    );
    const first = commits.submit(many);
    const second = commits.submit([envelope('next')]);
    await first;
    time.advance(DEFAULT_LIMITS.commitIntervalMs);
    await second;
    expect(batches.map((batch) => batch.labels.length)).toEqual([DEFAULT_LIMITS.commitEnvelopes, 1]);
  });
});

/** Does a store get slower as it grows? The same questions to one of 10,000 messages and one of 1,000,000. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemTimers } from '../../../src-shared/clock.ts';
import type { AccountId, RoomId } from '../../../src-shared/ids.ts';
import { orderFromMs } from '../../../src-shared/protocol/limits.ts';
import { createEngine } from '../../../src-main/engine/engine.ts';
import { systemIds } from '../../../src-main/engine/ids.ts';
import { silentLogger } from '../../../src-main/engine/log.ts';
import { conversationWith } from '../../../src-main/engine/conversations/open.ts';
import { openDatabase } from '../../../src-main/engine/store/database.ts';
import { atMost, figure, percentile, type BenchResult } from '../result.ts';
import { makeDevice } from './device.ts';

const SMALL = 10_000;
const LARGE = 1_000_000;
const CONVERSATIONS = 50;
const STARTS = 25;
const PAGES = 200;

/** Cold start here is from the open of the file to the first page of history, without Chromium. */
const START_GOAL_MS = 1_500;
const START_RATIO_GOAL = 1.1;
const PAGE_GOAL_MS = 50;

export async function measureLargeStore(): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-store-'));
  try {
    const small = fill(folder, 'small', SMALL);
    const large = fill(folder, 'large', LARGE);
    const starts = { small: [] as number[], large: [] as number[] };
    for (let i = 0; i < STARTS; i++) {
      starts.small.push(await start(small));
      starts.large.push(await start(large));
    }
    const smallMs = percentile(starts.small, 0.5);
    const largeMs = percentile(starts.large, 0.5);
    return [
      figure('cold-start-10000', smallMs, 'ms'),
      atMost('cold-start-1000000', largeMs, 'ms', START_GOAL_MS),
      atMost('cold-start-large-vs-small', largeMs / smallMs, 'ratio', START_RATIO_GOAL),
      figure('page-open-p95-10000', await pages(small), 'ms'),
      atMost('page-open-p95-1000000', await pages(large), 'ms', PAGE_GOAL_MS),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface FilledStore {
  readonly path: string;
  readonly key: Uint8Array;
  readonly rooms: readonly RoomId[];
}

/** One message in ten unread, spread over the conversations, as somebody's years might look. */
function fill(folder: string, name: string, messages: number): FilledStore {
  const { context, database, key } = makeDevice(folder, name);
  const people = Array.from({ length: CONVERSATIONS }, (): AccountId => systemIds.accountId());
  const rooms = context.transact(() =>
    people.map((person, index) => {
      context.store.contacts.remember(person, `person${String(index)}`);
      return conversationWith(context, person, { newState: 'active' });
    }),
  );
  const firstMs = Date.now() - messages * 1_000;
  for (let from = 0; from < messages; from += 10_000) {
    context.transact(() => {
      for (let i = from; i < Math.min(from + 10_000, messages); i++) {
        const room = rooms[i % CONVERSATIONS];
        if (room === undefined) continue;
        const atMs = firstMs + i * 1_000;
        context.store.messages.insertForeign(
          {
            messageId: systemIds.messageId(),
            conversation: room.row,
            author: { accountId: room.peerId, deviceId: context.requireAccount().deviceId },
            sentAtMs: atMs,
            message: {
              text: `Message ${String(i)} of somebody who writes about the weather, and the train, and lunch.`,
              extras: {},
              threadRoot: null,
              place: 'room',
              expiresAfterS: null,
            },
            mentions: 'others',
            signed: { content: new Uint8Array(160), signature: new Uint8Array(64) },
            chain: { epoch: 0, index: i + 1 },
            integrity: { signature: 'valid', chain: 'continues', clock: 'plausible' },
            acceptedOrder: orderFromMs(atMs),
          },
          atMs,
          'unread',
        );
      }
      if (from % 100_000 !== 0) {
        for (const room of rooms)
          context.store.messages.markReadUpTo(room.row, null, {
            order: orderFromMs(firstMs + from * 1_000),
            row: 0,
          });
      }
    });
  }
  database.close();
  return { path: join(folder, `${name}.db`), key, rooms: rooms.map((room) => room.roomId) };
}

/** Opens the store, lists the conversations, opens the first. */
async function start({ path, key }: FilledStore): Promise<number> {
  const startedMs = performance.now();
  const engine = open(path, key);
  const [first] = await engine.request('conversations.list', {});
  if (first !== undefined)
    await engine.request('messages.page', { roomId: first.roomId, from: { at: 'newest' }, limit: 50 });
  const elapsedMs = performance.now() - startedMs;
  await engine.close();
  return elapsedMs;
}

/** Random rooms, random places in them. */
async function pages({ path, key, rooms }: FilledStore): Promise<number> {
  const engine = open(path, key);
  const samples: number[] = [];
  for (let i = 0; i < PAGES; i++) {
    const roomId = rooms[i % rooms.length];
    if (roomId === undefined) continue;
    const newest = await engine.request('messages.page', { roomId, from: { at: 'newest' }, limit: 1 });
    const order = newest.messages[0]?.order ?? 0;
    const cursor = { order: order - orderFromMs(((i * 7919) % 1000) * 1_000), row: 0 };
    const startedMs = performance.now();
    await engine.request('messages.page', {
      roomId,
      from: i % 2 === 0 ? { at: 'newest' } : { at: 'before', cursor },
      limit: 50,
    });
    samples.push(performance.now() - startedMs);
  }
  await engine.close();
  return percentile(samples, 0.95);
}

function open(path: string, key: Uint8Array) {
  const database = openDatabase(path, key);
  return createEngine({
    filesPath: `${path}.files`,
    database,
    clock: systemClock,
    timers: systemTimers,
    ids: systemIds,
    log: silentLogger,
  });
}

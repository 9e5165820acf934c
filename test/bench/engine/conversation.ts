/** Two engines and a relay on loopback: from the send key to the other screen, and coming back to much mail. */
import { setTimeout as delay } from 'node:timers/promises';
import { acquaintances, textOf } from '../../support/engine/person.ts';
import { Cleanup } from '../../support/relay/relays.ts';
import { startRelayProcess } from '../../support/processes/relay-process.ts';
import { atMost, figure, percentile, type BenchResult } from '../result.ts';

const LATENCY_SAMPLES = 200;
/** Longer than the batching window: what is measured is a message that follows no other. */
const PAUSE_MS = 120;
const P50_GOAL_MS = 15;
const P99_GOAL_MS = 50;

const QUEUED = 10_000;
const CATCH_UP_GOAL_S = 3;

async function withRelay(measure: (cleanup: Cleanup, relayUrl: string) => Promise<readonly BenchResult[]>) {
  const cleanup = new Cleanup();
  try {
    const relay = await startRelayProcess(cleanup.folder());
    cleanup.add(() => relay.stop());
    return await measure(cleanup, relay.url);
  } finally {
    await cleanup.run();
  }
}

export function measureLatency(): Promise<readonly BenchResult[]> {
  return withRelay(async (cleanup, relayUrl) => {
    const [ada, ben] = await acquaintances(cleanup, relayUrl);
    // Getting acquainted opened the window.
    await delay(PAUSE_MS);
    const samples: number[] = [];
    for (let i = 0; i < LATENCY_SAMPLES; i++) {
      const text = `sample ${String(i)}`;
      const onScreen = ben.nextEvent('messages', (event) =>
        event.upserted.some((message) => textOf(message) === text),
      );
      const startedMs = performance.now();
      await ada.send('ben', text);
      await onScreen;
      samples.push(performance.now() - startedMs);
      await delay(PAUSE_MS);
    }
    return [
      atMost('send-to-screen-p50', percentile(samples, 0.5), 'ms', P50_GOAL_MS),
      atMost('send-to-screen-p99', percentile(samples, 0.99), 'ms', P99_GOAL_MS),
    ];
  });
}

export function measureCatchUp(): Promise<readonly BenchResult[]> {
  return withRelay(async (cleanup, relayUrl) => {
    const [ada, ben] = await acquaintances(cleanup, relayUrl);
    await ben.close();
    const roomId = await ada.room('ben');
    const lastAccepted = ada.nextEvent('messages', (event) =>
      event.upserted.some(
        (message) =>
          textOf(message) === `queued ${String(QUEUED - 1)}` && message.delivery?.state === 'accepted',
      ),
    );
    for (let i = 0; i < QUEUED; i++)
      await ada.engine.request('messages.send', { roomId, text: `queued ${String(i)}` });
    await lastAccepted;
    let slowestQueryMs = 0;
    const startedMs = performance.now();
    ben.open();
    const last = ben.nextEvent(
      'received',
      (event) => textOf(event.message) === `queued ${String(QUEUED - 1)}`,
    );
    const progress = { isDone: false };
    void last.then(() => {
      progress.isDone = true;
    });
    while (!progress.isDone) {
      const askedMs = performance.now();
      await ben.engine.request('conversations.list', {});
      slowestQueryMs = Math.max(slowestQueryMs, performance.now() - askedMs);
      await delay(10);
    }
    const elapsedS = (performance.now() - startedMs) / 1000;
    return [
      atMost('catch-up-10000', elapsedS, 's', CATCH_UP_GOAL_S),
      figure('catch-up-slowest-query', slowestQueryMs, 'ms'),
    ];
  });
}

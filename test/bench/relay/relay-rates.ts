/**
 * How fast one relay process accepts mail durably, and hands offline mail out. The relay and this load
 * generator are two processes on the same machine; the relay's rate limits are raised, nothing else.
 *
 *   node test/bench/relay/relay-rates.ts [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnBenchRelay, type BenchRelay } from './bench-relay.ts';
import { acceptLoad, drainLoad, registerDevices, type AcceptLoad } from './load.ts';

/** One measurement against its goal. */
export interface RateResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number;
  readonly ok: boolean;
}

const ACCEPT_GOAL_PER_S = 10_000;
const DRAIN_GOAL_PER_S = 20_000;

/** Many people writing to many others at once. */
const ACCEPT: AcceptLoad = { connections: 50, envelopesPerSend: 20, sendsInFlight: 4, messages: 150_000 };
/** A few devices that come back to a lot of mail. */
const DRAIN = { devices: 10, messagesPerDevice: 20_000 };

async function withRelay<Result>(measure: (relay: BenchRelay) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-relay-'));
  const relay = await spawnBenchRelay(folder);
  try {
    return await measure(relay);
  } finally {
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rate(name: string, messages: number, elapsedMs: number, goal: number): RateResult {
  const value = Math.round((messages / elapsedMs) * 1000);
  return { name, value, unit: 'msg/s', goal, ok: value >= goal };
}

/** Envelopes per second whose durable acceptance was answered. */
export function measureAcceptRate(load: AcceptLoad = ACCEPT): Promise<RateResult> {
  return withRelay(async ({ url }) => {
    const devices = await registerDevices(url, load.connections);
    await acceptLoad(devices, { ...load, messages: Math.round(load.messages / 10) });
    const elapsedMs = await acceptLoad(devices, load);
    return rate('relay-accept', load.messages, elapsedMs, ACCEPT_GOAL_PER_S);
  });
}

/** Stored envelopes per second that reach devices and are acknowledged. */
export function measureDrainRate(load: typeof DRAIN = DRAIN): Promise<RateResult> {
  return withRelay(async ({ url }) => {
    const messages = load.devices * load.messagesPerDevice;
    const devices = await registerDevices(url, load.devices);
    await acceptLoad(devices, {
      connections: load.devices,
      envelopesPerSend: 100,
      sendsInFlight: 4,
      messages,
    });
    const elapsedMs = await drainLoad(url, devices, load.messagesPerDevice);
    return rate('relay-drain', messages, elapsedMs, DRAIN_GOAL_PER_S);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  for (const measure of [measureAcceptRate, measureDrainRate]) {
    const result = await measure();
    const { name, value, unit, goal, ok } = result;
    const line = `${name}: ${String(value)} ${unit} (goal ${String(goal)}) ${ok ? 'ok' : 'MISSED'}`;
    process.stdout.write(`${values.json ? JSON.stringify(result) : line}\n`);
  }
}

if (import.meta.main) await main();

/** Load for the relay: many connections, batched sends, bounded pipelining, every answer awaited. */
import { randomBytes } from 'node:crypto';
import {
  acknowledge,
  connectDevice,
  envelopeFor,
  makeDevice,
  registerDevice,
  resume,
  type TestDevice,
} from '../../support/relay/devices.ts';
import type { RawClient } from '../../support/relay/raw-client.ts';

export interface AcceptLoad {
  readonly connections: number;
  readonly envelopesPerSend: number;
  /** Unanswered sends of one connection. */
  readonly sendsInFlight: number;
  /** In all, over all connections. */
  readonly messages: number;
}

export interface LoadDevice {
  readonly device: TestDevice;
  readonly client: RawClient;
}

/** Sizes of a padded chat message under an established session (LIBSIGNAL.md of the design). */
const CIPHERTEXTS = Array.from({ length: 64 }, (_, index) => randomBytes(250 + ((index * 37) % 101)));

export async function registerDevices(url: string, count: number): Promise<readonly LoadDevice[]> {
  const devices: LoadDevice[] = [];
  for (let made = 0; made < count; made += 1) {
    const device = makeDevice();
    devices.push({ device, client: await registerDevice(url, device) });
  }
  return devices;
}

/** Every device writes to the next one. Returns the milliseconds until the last answer. */
export async function acceptLoad(devices: readonly LoadDevice[], load: AcceptLoad): Promise<number> {
  const perLane = Math.ceil(load.messages / (devices.length * load.sendsInFlight * load.envelopesPerSend));
  const startedMs = performance.now();
  await Promise.all(
    devices.flatMap(({ client }, index) => {
      const receiver = devices[(index + 1) % devices.length]?.device;
      if (receiver === undefined) return [];
      return Array.from({ length: load.sendsInFlight }, () =>
        sendLane(client, receiver, perLane, load.envelopesPerSend),
      );
    }),
  );
  return performance.now() - startedMs;
}

async function sendLane(client: RawClient, to: TestDevice, sends: number, size: number): Promise<void> {
  for (let sent = 0; sent < sends; sent += 1) {
    const envelopes = Array.from({ length: size }, (_, index) =>
      envelopeFor([to], CIPHERTEXTS[(sent + index) % CIPHERTEXTS.length]),
    );
    const { results } = await client.request({ case: 'send', value: { envelopes } }, 'sendResults');
    if (results.some((result) => result.outcome.case !== 'accepted'))
      throw new Error('a message was not accepted');
  }
}

/** All devices come back at once and fetch their mail. Returns the milliseconds until the last is drained. */
export async function drainLoad(
  url: string,
  devices: readonly LoadDevice[],
  expected: number,
): Promise<number> {
  const clients = await Promise.all(devices.map(({ device }) => connectDevice(url, device)));
  const startedMs = performance.now();
  await Promise.all(clients.map((client) => drain(client, expected)));
  return performance.now() - startedMs;
}

async function drain(client: RawClient, expected: number): Promise<void> {
  await resume(client, 0n, 1000);
  let received = 0;
  while (received < expected) {
    const { envelopes } = await client.next('deliver');
    received += envelopes.length;
    const last = envelopes.at(-1);
    if (last !== undefined) acknowledge(client, last.seq);
  }
  await client.next('mailboxDrained');
}

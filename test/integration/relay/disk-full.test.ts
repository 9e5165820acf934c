import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { relay } from '../../../src-shared/protocol/frames.ts';
import {
  connectDevice,
  envelopeFor,
  makeDevice,
  makePreKeys,
  receive,
  registerDevice,
  registration,
  resume,
  sendAccepted,
} from '../../support/relay/devices.ts';
import { RawClient } from '../../support/relay/raw-client.ts';
import { Cleanup, spawnRelay } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const SMALL_DISK_BYTES = 4 * 1024 * 1024;

/** Mounts a small disk; a reason when this machine does not allow it. */
function mountSmallDisk(): { readonly folder: string } | { readonly reason: string } {
  if (process.platform !== 'linux') return { reason: 'a small disk needs tmpfs' };
  const folder = cleanup.folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(SMALL_DISK_BYTES)}`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch (error) {
    return { reason: `mount is not allowed: ${String(error)}` };
  }
  cleanup.add(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return { folder };
}

describe('a full disk', () => {
  it('refuses sends with a hint when to come back, stores nothing by half, and recovers', async (context) => {
    const disk = mountSmallDisk();
    if ('reason' in disk) {
      context.skip(disk.reason);
      return;
    }
    const { url } = await cleanup.relay({ dataDirectory: disk.folder });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    await registerDevice(url, bob);
    const accepted = [await sendAccepted(sender, envelopeFor([bob]))];

    const ballast = join(disk.folder, 'ballast');
    expect(() => {
      writeFileSync(ballast, new Uint8Array(SMALL_DISK_BYTES));
    }).toThrow('ENOSPC');
    const large = (): ReturnType<typeof envelopeFor> => envelopeFor([bob], new Uint8Array(60_000));
    const unlucky = [large(), large(), large()];
    // Three requests that share one commit fail together, each with its own answer.
    const refusals = await Promise.all(
      unlucky.map((envelope) => sender.refusal({ case: 'send', value: { envelopes: [envelope, large()] } })),
    );
    for (const refusal of refusals) {
      expect(refusal.code).toBe(relay.ErrorCode.STORAGE_FULL);
      expect(refusal.retryAfterMs).toBeGreaterThan(0);
    }
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ status: 'storage-full' });
    // Reading and receiving go on.
    const receiver = await connectDevice(url, bob);
    expect(await resume(receiver, 0n)).toBe(1);

    rmSync(ballast);
    for (const envelope of unlucky) accepted.push(await sendAccepted(sender, envelope));
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const received = await receive(receiver, accepted.length);
    expect(received.map((envelope) => envelope.seq)).toEqual(accepted);
  });
});

/** Lets a process write files only up to a size, as a failing disk does; a reason where that cannot be had. */
function limitFileSize(pid: number, bytes: number | 'unlimited'): string | undefined {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${String(bytes)}`], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `file sizes cannot be limited here: ${String(error)}`;
  }
}

describe('a failing disk', () => {
  it('fails requests and health, loses nothing, and is forgotten when the disk works again', async (context) => {
    const running = await spawnRelay(cleanup.folder(), ['--log-level', 'silent']);
    cleanup.add(() => {
      running.kill('SIGKILL');
    });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(running.url, alice);
    const receiver = await registerDevice(running.url, bob);
    const accepted = [await sendAccepted(sender, envelopeFor([bob]))];
    const reason = limitFileSize(running.pid, 350_000);
    if (reason !== undefined) {
      context.skip(reason);
      return;
    }
    const send = (): Promise<relay.ServerFrame> =>
      sender.ask({ case: 'send', value: { envelopes: [envelopeFor([bob], new Uint8Array(50_000))] } });
    const failures: relay.ErrorCode[] = [];
    while (failures.length < 3) {
      const { body } = await send();
      if (body.case === 'error') failures.push(body.value.code);
      else if (body.case === 'sendResults') {
        const [outcome] = body.value.results.map((result) => result.outcome);
        if (outcome?.case === 'accepted') accepted.push(outcome.value.acceptedOrder);
      }
    }
    expect(failures.at(-1)).toBe(relay.ErrorCode.INTERNAL);
    const health = await fetch(`${running.url}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ status: 'storage-failed' });
    const stranger = await RawClient.connect(running.url);
    // Larger than what is left below the limit.
    const device = makeDevice();
    const value = registration(stranger, device, makePreKeys(device.identity, { curve: 0, kyber: 60 }));
    const refusal = await stranger.refusal({ case: 'register', value });
    expect(refusal.code).toBe(relay.ErrorCode.INTERNAL);

    limitFileSize(running.pid, 'unlimited');
    accepted.push(await sendAccepted(sender, envelopeFor([bob])));
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
    await resume(receiver, 0n);
    expect((await receive(receiver, accepted.length)).map((envelope) => envelope.seq)).toEqual(accepted);
  });
});

import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idToBytes } from '../../../src-shared/ids.ts';
import { DEFAULT_LIMITS } from '../../../src-relay/limits.ts';
import { relay } from '../../../src-shared/protocol/frames.ts';
import { parseJoinLink } from '../../../src-shared/protocol/join-link.ts';
import { CLOSE, MAX_FRAME_BYTES } from '../../../src-shared/protocol/limits.ts';
import {
  envelopeFor,
  makeDevice,
  registerDevice,
  registration,
  resume,
  sendAccepted,
} from '../../support/relay/devices.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';
import { RawClient, type ClientBody } from '../../support/relay/raw-client.ts';
import { Cleanup } from '../../support/relay/relays.ts';

const { ErrorCode } = relay;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe('before authentication', () => {
  it('allows a ping, refuses everything else, and ends the connection after five tries', async () => {
    const { url } = await cleanup.relay();
    const client = await RawClient.connect(url);
    await client.request({ case: 'ping', value: {} }, 'pong');
    const bodies: ClientBody[] = [
      { case: 'send', value: {} },
      { case: 'resume', value: {} },
      { case: 'fetchPreKeys', value: {} },
      { case: 'uploadPreKeys', value: {} },
      { case: 'lookupAccount', value: {} },
    ];
    for (const body of bodies) expect((await client.refusal(body)).code).toBe(ErrorCode.UNAUTHENTICATED);
    expect(await client.closed).toBe(CLOSE.protocolError.code);
  });

  it('has ten seconds', async () => {
    const time = new ManualTime();
    const { url } = await cleanup.relay({ clock: time, timers: time });
    const idle = await RawClient.connect(url);
    const busy = await registerDevice(url, makeDevice());
    time.advance(9_999);
    await idle.request({ case: 'ping', value: {} }, 'pong');
    time.advance(1);
    expect(await idle.closed).toBe(CLOSE.authenticationTimeout.code);
    await busy.request({ case: 'ping', value: {} }, 'pong');
  });

  it('takes pipelined frames in their order, without waiting for the answer', async () => {
    const { url } = await cleanup.relay();
    const client = await RawClient.connect(url);
    const registering = client.request(
      { case: 'register', value: registration(client, makeDevice()) },
      'authenticated',
    );
    const resuming = resume(client, 0n);
    await registering;
    expect(await resuming).toBe(0);
  });
});

describe('heartbeat', () => {
  it('closes a connection that was silent for the timeout, and spares one that is not', async () => {
    const time = new ManualTime();
    const { url } = await cleanup.relay({ clock: time, timers: time });
    const silent = await registerDevice(url, makeDevice());
    const lively = await registerDevice(url, makeDevice());
    time.advance(60_000);
    const { relayTimeMs } = await lively.request({ case: 'ping', value: {} }, 'pong');
    expect(Number(relayTimeMs)).toBe(time.now());
    time.advance(40_000);
    expect(await silent.closed).toBe(CLOSE.heartbeatTimeout.code);
    await lively.request({ case: 'ping', value: {} }, 'pong');
  });
});

describe('bad frames', () => {
  it('are named, and end the connection at the fifth', async () => {
    const { url } = await cleanup.relay();
    const client = await registerDevice(url, makeDevice());
    client.socket.send('text');
    client.socket.send(Buffer.from([0xff, 0xff, 0xff]));
    client.socket.send(Buffer.alloc(0));
    client.post({ case: 'send', value: {} });
    client.post({ case: 'fetchPreKeys', value: { accountId: new Uint8Array(3) } }, 77);
    const messages: string[] = [];
    for (const _n of [1, 2, 3, 4, 5]) {
      const error = await client.next('error');
      expect(error.code).toBe(ErrorCode.BAD_FRAME);
      messages.push(error.message);
    }
    expect(messages).toMatchInlineSnapshot(`
      [
        "Frames are binary; this one is text.",
        "The frame is not a protobuf ClientFrame.",
        "The frame has no body, or one this relay does not know.",
        "A request has an id other than zero.",
        "An account id is 16 bytes.",
      ]
    `);
    expect(await client.closed).toBe(CLOSE.protocolError.code);
  });

  it('over the size limit end the connection at once', async () => {
    const { url } = await cleanup.relay();
    const client = await registerDevice(url, makeDevice());
    client.socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1));
    expect(await client.closed).toBe(CLOSE.frameTooLarge.code);
  });

  it('end the connection when rate-limited answers are ignored', async () => {
    const { url } = await cleanup.relay({ limits: { lookupsBurst: 1, rateRefusals: 3 } });
    const client = await registerDevice(url, makeDevice());
    const value = { by: { case: 'username', value: 'nobody-here' } } as const;
    for (const _n of [1, 2, 3, 4]) await client.refusal({ case: 'lookupAccount', value });
    expect(await client.closed).toBe(CLOSE.rateLimited.code);
  });
});

describe('a peer that does not read', () => {
  it('gets no more than fits, is closed after a while, and is told why', async () => {
    const time = new ManualTime();
    const limits = { commitIntervalMs: 0, inFlightBytes: 64 * 1024 * 1024 };
    const { url } = await cleanup.relay({ clock: time, timers: time, limits });
    const [alice, bob] = [makeDevice(), makeDevice()];
    const sender = await registerDevice(url, alice);
    const receiver = await registerDevice(url, bob);
    for (let sent = 0; sent < 200; sent += 1)
      await sendAccepted(sender, envelopeFor([bob], new Uint8Array(90_000)));
    await resume(receiver, 0n);
    receiver.socket.pause();
    // The relay is at its high water when it has turned to another connection twice.
    for (const _n of [1, 2]) await sender.request({ case: 'ping', value: {} }, 'pong');
    time.advance(DEFAULT_LIMITS.slowConsumerMs);
    receiver.socket.resume();
    expect(await receiver.closed).toBe(CLOSE.slowConsumer.code);
    const arrived = receiver.pushes.flatMap(({ body }) =>
      body.case === 'deliver' ? body.value.envelopes : [],
    );
    expect(arrived.length).toBeLessThan(200);
    await sender.request({ case: 'ping', value: {} }, 'pong');
  });

  it('is not read from either, so that it cannot grow the relay by asking', async () => {
    const limits = { slowConsumerMs: 200, closeTimeoutMs: 100, connections: 1, preKeyFetches: 1e6 };
    const { url } = await cleanup.relay({ limits });
    const device = makeDevice();
    const stuck = await registerDevice(url, device);
    stuck.socket.pause();
    const requests = 20_000;
    const value = { accountId: idToBytes(device.accountId), deviceIds: [1] };
    for (let id = 1; id <= requests; id += 1) stuck.post({ case: 'fetchPreKeys', value }, id);
    // Only one connection fits: the next one gets in when the relay has dropped the stuck one.
    await vi.waitFor(() => RawClient.connect(url), { timeout: 4000 });
    stuck.socket.resume();
    await stuck.closed;
    expect(stuck.pushes.length).toBeGreaterThan(0);
    expect(stuck.pushes.length).toBeLessThan(requests);
  });
});

describe('the front door', () => {
  it('is at one path, closed to web pages, and bounded', async () => {
    const { url } = await cleanup.relay({ limits: { connections: 2 } });
    await expect(RawClient.connect(`${url}/elsewhere`)).rejects.toThrow('404');
    await expect(RawClient.connect(url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    const first = await RawClient.connect(url);
    await RawClient.connect(url);
    await expect(RawClient.connect(url)).rejects.toThrow('503');
    await first.close();
    await vi.waitFor(() => RawClient.connect(url));
  });

  it('survives garbage before the handshake', async () => {
    const { url } = await cleanup.relay();
    const { port } = new URL(url);
    for (const garbage of [
      '\0\0\0\0',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /v1/socket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(garbage);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.destroy();
    }
    await registerDevice(url, makeDevice());
  });

  it('tells its health and how to join', async () => {
    const relayed = await cleanup.relay({ publicUrl: 'https://relay.example.org' });
    const health = await fetch(`${relayed.url}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: 'ok', name: relayed.name, protocolVersion: 1 });
    const page = await (await fetch(relayed.url)).text();
    expect(page).toContain(relayed.name);
    expect(page).toContain('kith://relay?url=https%3A%2F%2Frelay.example.org');
    expect(parseJoinLink(relayed.joinLink)).toEqual({
      relayUrl: 'https://relay.example.org',
      relayName: relayed.name,
    });
    expect((await fetch(`${relayed.url}/nothing`)).status).toBe(404);
  });
});

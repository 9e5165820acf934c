import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src-relay/limits.ts';
import { ManualTime } from '../../support/relay/manual-time.ts';
import { MediaClient, refusal, sha256, type MediaLimits } from '../../support/relay/media.ts';
import { Cleanup, spawnRelay } from '../../support/relay/relays.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const random = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(size));

async function open(limits: MediaLimits = {}) {
  const relay = await cleanup.relay({ limits });
  return { relay, client: await MediaClient.open(relay.url) };
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
const filesIn = (directory: string, kind: 'uploads' | 'blobs'): string[] =>
  readdirSync(join(directory, 'media', kind), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

describe('an upload', () => {
  it('comes in parts, is told where it stands, and is a blob once it is whole', async () => {
    const { relay, client } = await open();
    const bytes = random(300_000);
    const blobId = sha256(bytes);
    const created = await client.create(blobId, bytes.length);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`uploads/${blobId}`);
    expect(Date.parse(created.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now());
    expect((await client.download(blobId)).status).toBe(404);
    expect((await client.patch(blobId, 0, bytes.subarray(0, 100_000))).headers.get('upload-offset')).toBe(
      '100000',
    );
    expect(await client.offset(blobId)).toBe(100_000);
    const last = await client.patch(blobId, 100_000, bytes.subarray(100_000));
    expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '300000']);
    expect(await bytesOf(await client.download(blobId))).toEqual(Buffer.from(bytes));
    expect(filesIn(relay.dataDirectory, 'uploads')).toEqual([]);
    expect((await client.grant()).usedBytes).toBe(300_000n);
  });

  it('of a blob that is here already is complete at once, for others too', async () => {
    const { relay, client } = await open();
    const bytes = random(1000);
    const blobId = await client.upload(bytes);
    const other = await MediaClient.open(relay.url);
    for (const again of [client, other]) {
      expect((await again.create(blobId, 1000)).headers.get('upload-offset')).toBe('1000');
      expect((await again.grant()).usedBytes).toBe(1000n);
    }
    expect(await refusal(await other.create(blobId, 999))).toMatchObject({
      status: 460,
      code: 'BLOB_MISMATCH',
    });
  });

  it('with other bytes than announced is refused, and starts over', async () => {
    const { relay, client } = await open();
    const bytes = random(1000);
    const blobId = sha256(bytes);
    await client.create(blobId, 1000);
    const answer = await client.patch(blobId, 0, random(1000));
    expect(await refusal(answer)).toMatchObject({ status: 460, code: 'BLOB_MISMATCH' });
    expect(filesIn(relay.dataDirectory, 'uploads')).toEqual([]);
    expect(await client.offset(blobId)).toBe(-404);
    expect(await client.upload(bytes)).toBe(blobId);
  });

  it('goes on only from where it stands', async () => {
    const { client } = await open();
    const bytes = random(1000);
    const blobId = sha256(bytes);
    await client.create(blobId, 1000);
    await client.patch(blobId, 0, bytes.subarray(0, 10));
    for (const offset of [0, 9, 11, 1000]) {
      const answer = await client.patch(blobId, offset, bytes.subarray(10));
      expect(await refusal(answer)).toMatchObject({ status: 409, code: 'OFFSET_CONFLICT' });
    }
    expect(await client.offset(blobId)).toBe(10);
  });

  it('never takes more than was announced', async () => {
    const { client } = await open();
    const bytes = random(1000);
    const blobId = sha256(bytes);
    await client.create(blobId, 1000);
    const answer = await client.patch(blobId, 0, random(200_000));
    expect(await refusal(answer)).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(await client.offset(blobId)).toBeLessThanOrEqual(1000);
  });

  it('is given up by its owner alone', async () => {
    const { relay, client } = await open();
    const blobId = sha256(random(1));
    await client.create(blobId, 1000);
    await client.patch(blobId, 0, random(10));
    const other = await MediaClient.open(relay.url);
    expect(await other.offset(blobId)).toBe(-404);
    expect((await other.request('DELETE', `uploads/${blobId}`)).status).toBe(404);
    expect((await client.request('DELETE', `uploads/${blobId}`)).status).toBe(204);
    expect(filesIn(relay.dataDirectory, 'uploads')).toEqual([]);
    expect((await client.grant()).usedBytes).toBe(0n);
  });

  it('that another connection takes over ends, with what it brought', async () => {
    const { relay, client } = await open();
    const bytes = random(100_000);
    const blobId = sha256(bytes);
    await client.create(blobId, bytes.length);
    const stale = connect(Number(new URL(relay.url).port), '127.0.0.1');
    stale.on('error', () => undefined);
    stale.write(
      `PATCH /v1/media/uploads/${blobId} HTTP/1.1\r\nHost: relay\r\nTus-Resumable: 1.0.0\r\n` +
        `Authorization: Bearer ${client.token}\r\nUpload-Offset: 0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nContent-Length: 100000\r\n\r\n`,
    );
    stale.write(bytes.subarray(0, 5000));
    let offset = 0;
    // The first bytes may not have been read yet when the first question comes.
    while (offset === 0) {
      offset = await client.offset(blobId);
      if (offset === 0) stale.write(bytes.subarray(0, 0));
      if (stale.destroyed) break;
    }
    expect((await client.patch(blobId, offset, bytes.subarray(offset))).status).toBe(204);
    expect(await bytesOf(await client.download(blobId))).toEqual(Buffer.from(bytes));
    stale.destroy();
  });

  it('that says nothing any more is cut off and can be resumed', async () => {
    const { relay, client } = await open({ mediaIdleMs: 100 });
    const bytes = random(1000);
    const blobId = sha256(bytes);
    await client.create(blobId, 1000);
    const silent = connect(Number(new URL(relay.url).port), '127.0.0.1');
    silent.on('error', () => undefined);
    silent.resume();
    silent.write(
      `PATCH /v1/media/uploads/${blobId} HTTP/1.1\r\nHost: relay\r\nTus-Resumable: 1.0.0\r\n` +
        `Authorization: Bearer ${client.token}\r\nUpload-Offset: 0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nContent-Length: 1000\r\n\r\n`,
    );
    await once(silent, 'close');
    expect((await client.patch(blobId, 0, bytes)).status).toBe(204);
  });
});

describe('limits', () => {
  it('bound a file and an account, before a byte is sent', async () => {
    const { client } = await open({ mediaFileBytes: 1000, mediaQuotaBytes: 1500 });
    expect(await refusal(await client.create(sha256(random(1)), 1001))).toMatchObject({
      status: 413,
      code: 'FILE_TOO_LARGE',
    });
    await client.upload(random(1000));
    // Unfinished ones count as well.
    const unfinished = sha256(random(2));
    expect((await client.create(unfinished, 500)).status).toBe(201);
    expect(await refusal(await client.create(sha256(random(3)), 1))).toMatchObject({
      status: 403,
      code: 'QUOTA_EXCEEDED',
    });
    expect((await client.create(unfinished, 500)).status).toBe(201);
    const grant = await client.grant();
    expect([grant.fileBytes, grant.quotaBytes, grant.usedBytes]).toEqual([1000n, 1500n, 1500n]);
  });

  it('bound the number of files and of requests', async () => {
    const { client } = await open({ mediaFiles: 1, mediaRequestsBurst: 3, mediaRequestsPerSecond: 0.001 });
    await client.create(sha256(random(1)), 1);
    expect(await refusal(await client.create(sha256(random(2)), 1))).toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    await client.offset(sha256(random(1)));
    const refused = await client.create(sha256(random(1)), 1);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    const { retryAfterMs, ...rest } = await refusal(refused);
    expect(rest).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(retryAfterMs).toBeGreaterThan(0);
  });
});

describe('who asks', () => {
  it('needs a token that this relay signed and that has not ended', async () => {
    const clock = new ManualTime();
    const relay = await cleanup.relay({ clock, limits: { mediaTokenMs: 1000 } });
    const client = await MediaClient.open(relay.url);
    const good = client.token;
    expect((await client.create(sha256(random(1)), 1)).status).toBe(201);
    clock.advance(1000);
    const another = await MediaClient.open((await cleanup.relay()).url);
    for (const token of [good, '', 'x', another.token, `${good}x`]) {
      client.token = token;
      for (const answer of [
        await client.create(sha256(random(1)), 1),
        await client.download(sha256(random(1))),
      ]) {
        expect(await refusal(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      }
    }
  });

  it('is no web page, and speaks tus', async () => {
    const { client } = await open();
    const blobId = sha256(random(1));
    const bad = { status: 400, code: 'BAD_REQUEST' };
    expect(
      await refusal(await client.request('GET', `blobs/${blobId}`, { origin: 'https://example.org' })),
    ).toMatchObject(bad);
    expect(
      await refusal(await client.request('POST', 'uploads', { 'tus-resumable': '0.2.2' })),
    ).toMatchObject(bad);
    expect(await refusal(await client.request('POST', 'uploads', { 'upload-length': '-5' }))).toMatchObject(
      bad,
    );
    expect(await refusal(await client.request('GET', 'blobs/..%2F..%2Frelay.db'))).toMatchObject(bad);
    const json = { 'content-type': 'application/json', 'upload-offset': '0' };
    expect(await refusal(await client.request('PATCH', `uploads/${blobId}`, json, random(10)))).toMatchObject(
      bad,
    );
    const options = await client.request('OPTIONS', 'uploads');
    expect(options.headers.get('tus-extension')).toBe('creation,termination,expiration');
  });
});

describe('a download', () => {
  it('is of the whole or of a range, and never changes', async () => {
    const { client } = await open();
    const bytes = random(1000);
    const blobId = await client.upload(bytes);
    const whole = await client.download(blobId);
    expect(whole.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(whole.headers.get('etag')).toBe(`"${blobId}"`);
    expect(whole.headers.get('content-length')).toBe('1000');
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=10-19', 10, 20],
      ['bytes=990-', 990, 1000],
      ['bytes=-10', 990, 1000],
      ['bytes=999-5000', 999, 1000],
    ] as const) {
      const part = await client.download(blobId, range);
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${String(start)}-${String(end - 1)}/1000`);
      expect(await bytesOf(part)).toEqual(Buffer.from(bytes.subarray(start, end)));
    }
    expect(await refusal(await client.download(blobId, 'bytes=1000-'))).toMatchObject({
      status: 416,
      code: 'RANGE_INVALID',
    });
    expect((await client.download(blobId, 'bytes=0-1,5-6')).status).toBe(200);
    const known = await client.request('GET', `blobs/${blobId}`, { 'if-none-match': `"${blobId}"` });
    expect(known.status).toBe(304);
    expect((await client.request('HEAD', `blobs/${blobId}`)).headers.get('content-length')).toBe('1000');
  });

  it('of a file that somebody removed says so, and the file can be uploaded again', async () => {
    const { relay, client } = await open();
    const bytes = random(1000);
    const blobId = await client.upload(bytes);
    rmSync(join(relay.dataDirectory, 'media', 'blobs', blobId.slice(0, 2), blobId));
    expect(await refusal(await client.download(blobId))).toMatchObject({ status: 404, code: 'BLOB_UNKNOWN' });
    expect(await client.upload(bytes)).toBe(blobId);
    expect(await bytesOf(await client.download(blobId))).toEqual(Buffer.from(bytes));
  });
});

describe('upkeep', () => {
  it('removes unfinished uploads after a day and blobs after their lifetime, unless asked for again', async () => {
    const clock = new ManualTime();
    const limits = { mediaLifetimeDays: 2, mediaTokenMs: 5 * DAY_MS, expiryIntervalMs: 10, expiryPauseMs: 1 };
    const relay = await cleanup.relay({ clock, limits });
    const client = await MediaClient.open(relay.url);
    const startMs = clock.now();
    const keptId = await client.upload(random(100));
    await client.upload(random(200));
    const unfinished = sha256(random(1));
    await client.create(unfinished, 50);
    await client.patch(unfinished, 0, random(10));
    clock.setWall(startMs + 1.5 * DAY_MS);
    await expect.poll(() => filesIn(relay.dataDirectory, 'uploads')).toEqual([]);
    expect(filesIn(relay.dataDirectory, 'blobs')).toHaveLength(2);
    // Asked for again by an upload: it lives as long as a new one.
    await client.create(keptId, 100);
    clock.setWall(startMs + 2.1 * DAY_MS);
    await expect.poll(() => filesIn(relay.dataDirectory, 'blobs')).toEqual([keptId]);
    expect((await client.grant()).usedBytes).toBe(100n);
  });

  it('removes at the start what a crash left between two steps', async () => {
    const dataDirectory = cleanup.folder();
    const first = await cleanup.relay({ dataDirectory });
    const client = await MediaClient.open(first.url);
    const blobId = await client.upload(random(100));
    const unfinished = sha256(random(1));
    await client.create(unfinished, 100);
    await client.patch(unfinished, 0, random(10));
    await first.close();
    const stray = `${blobId.slice(0, 2)}${sha256(random(2)).slice(2)}`;
    writeFileSync(join(dataDirectory, 'media', 'uploads', `${client.device.accountId}.${stray}`), 'x');
    writeFileSync(join(dataDirectory, 'media', 'blobs', blobId.slice(0, 2), stray), 'x');
    await cleanup.relay({ dataDirectory });
    expect(filesIn(dataDirectory, 'blobs')).toEqual([blobId]);
    expect(filesIn(dataDirectory, 'uploads')).toEqual([`${client.device.accountId}.${unfinished}`]);
  });
});

describe('kill -9 of the relay', () => {
  it('loses nothing that was acknowledged, and the upload goes on where it tells', async () => {
    const dataDirectory = cleanup.folder();
    const first = await spawnRelay(dataDirectory);
    cleanup.add(() => {
      first.kill('SIGKILL');
    });
    const client = await MediaClient.open(first.url);
    const bytes = random(3_000_000);
    const blobId = sha256(bytes);
    await client.create(blobId, bytes.length);
    expect((await client.patch(blobId, 0, bytes.subarray(0, 1_000_000))).status).toBe(204);
    const more = client.patch(blobId, 1_000_000, bytes.subarray(1_000_000, 2_500_000)).catch(() => undefined);
    first.kill('SIGKILL');
    await Promise.all([first.exited, more]);
    const second = await spawnRelay(dataDirectory, ['--port', new URL(first.url).port]);
    cleanup.add(() => {
      second.kill('SIGKILL');
    });
    const offset = await client.offset(blobId);
    expect(offset).toBeGreaterThanOrEqual(1_000_000);
    expect((await client.patch(blobId, offset, bytes.subarray(offset))).status).toBe(204);
    expect(sha256(await bytesOf(await client.download(blobId)))).toBe(blobId);
    second.kill('SIGTERM');
    expect((await second.exited).code).toBe(0);
    const path = join(dataDirectory, 'media', 'blobs', blobId.slice(0, 2), blobId);
    expect(existsSync(path) && sha256(readFileSync(path))).toBe(blobId);
  });
});

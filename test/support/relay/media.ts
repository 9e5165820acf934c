/** A client of the media service that does nothing by itself: tests decide every request. */
import { createHash } from 'node:crypto';
import type { RelayLimits } from '../../../src-relay/limits.ts';
import { makeDevice, registerDevice, type TestDevice } from './devices.ts';
import type { RawClient } from './raw-client.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export type MediaLimits = Partial<RelayLimits>;

export interface MediaRefusal {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export class MediaClient {
  readonly device: TestDevice;
  readonly socket: RawClient;
  readonly #url: string;
  token = '';

  private constructor(url: string, device: TestDevice, socket: RawClient) {
    this.#url = url;
    this.device = device;
    this.socket = socket;
  }

  static async open(url: string): Promise<MediaClient> {
    const device = makeDevice();
    const client = new MediaClient(url, device, await registerDevice(url, device));
    await client.grant();
    return client;
  }

  async grant() {
    const grant = await this.socket.request({ case: 'mediaAccess', value: {} }, 'mediaGrant');
    this.token = grant.token;
    return grant;
  }

  request(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Uint8Array<ArrayBuffer>,
  ) {
    return fetch(`${this.#url}/v1/media/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  create(blobId: string, size: number) {
    return this.request('POST', 'uploads', {
      'upload-length': String(size),
      'upload-metadata': `blob ${Buffer.from(blobId).toString('base64')}`,
    });
  }

  patch(blobId: string, offset: number, bytes: Uint8Array<ArrayBuffer>) {
    const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    return this.request('PATCH', `uploads/${blobId}`, headers, bytes);
  }

  async offset(blobId: string): Promise<number> {
    const answer = await this.request('HEAD', `uploads/${blobId}`);
    return answer.ok ? Number(answer.headers.get('upload-offset')) : -answer.status;
  }

  /** The whole blob in one part. */
  async upload(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const blobId = sha256(bytes);
    await this.create(blobId, bytes.length);
    const answer = await this.patch(blobId, 0, bytes);
    if (answer.status !== 204) throw new Error(`not taken: ${String(answer.status)} ${await answer.text()}`);
    return blobId;
  }

  download(blobId: string, range?: string) {
    return this.request('GET', `blobs/${blobId}`, range === undefined ? {} : { range });
  }
}

export async function refusal(answer: Response): Promise<MediaRefusal & { readonly status: number }> {
  return { status: answer.status, ...((await answer.json()) as MediaRefusal) };
}

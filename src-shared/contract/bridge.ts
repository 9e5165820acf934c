/** `window.kith`: all that the interface can reach outside its page. */
import type { SerializedError } from '../errors.ts';
import type { KithEvent } from './events.ts';
import type { RequestName, RequestParams, RequestResult } from './requests.ts';

/** The two channels between preload and main. */
export const REQUEST_CHANNEL = 'kith:request';
export const EVENT_CHANNEL = 'kith:event';

/** An answer as it crosses a process boundary. */
export type Answer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: SerializedError };

export interface KithBridge {
  /** Never rejects for what the other side reports: that comes as `ok: false`. */
  request(name: string, params: unknown): Promise<Answer>;
  /** Returns a function that ends the subscription. */
  subscribe(listener: (event: KithEvent) => void): () => void;
  readonly platform: 'darwin' | 'win32' | 'linux';
}

/** A typed request; throws `KithError` for errors of the other side. */
export type TypedRequest = <Name extends RequestName>(
  name: Name,
  params: RequestParams<Name>,
) => Promise<RequestResult<Name>>;

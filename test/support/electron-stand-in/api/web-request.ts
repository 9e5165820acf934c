import type { NetworkRequest } from '../chromium/network.ts';

type HeaderList = [name: string, value: string][];
type Headers = Record<string, string[]>;
type BeforeRequest = (details: object, callback: (answer: { cancel?: boolean }) => void) => void;
type HeadersReceived = (
  details: object,
  callback: (answer: { cancel?: boolean; responseHeaders?: Record<string, string | string[]> }) => void,
) => void;

interface Filter {
  readonly urls: readonly string[];
}

/** Whether a URL matches an extension match pattern such as `https://host/*` or `<all_urls>`. */
function matches(filter: Filter | null, url: string): boolean {
  if (filter === null || filter.urls.length === 0) return true;
  return filter.urls.some((pattern) => {
    if (pattern === '<all_urls>') return true;
    const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
    return new RegExp(`^${expression}$`).test(url);
  });
}

/** Both handlers are honoured for every request, since every request is answered by the stand-in. */
export class WebRequest {
  private before: { filter: Filter | null; listener: BeforeRequest } | null = null;
  private received: { filter: Filter | null; listener: HeadersReceived } | null = null;

  onBeforeRequest(filterOrListener: Filter | BeforeRequest | null, listener?: BeforeRequest | null): void {
    const chosen = typeof filterOrListener === 'function' ? filterOrListener : listener;
    const filter = typeof filterOrListener === 'function' ? null : filterOrListener;
    this.before = chosen ? { filter, listener: chosen } : null;
  }

  onHeadersReceived(
    filterOrListener: Filter | HeadersReceived | null,
    listener?: HeadersReceived | null,
  ): void {
    const chosen = typeof filterOrListener === 'function' ? filterOrListener : listener;
    const filter = typeof filterOrListener === 'function' ? null : filterOrListener;
    this.received = chosen ? { filter, listener: chosen } : null;
  }

  /** @internal */
  mayRequest(request: NetworkRequest): Promise<boolean> {
    const { before } = this;
    if (!before || !matches(before.filter, request.url)) return Promise.resolve(true);
    const { url, method, resourceType } = request;
    return new Promise((resolve) => {
      before.listener({ url, method, resourceType }, ({ cancel }) => {
        resolve(cancel !== true);
      });
    });
  }

  /** @internal */
  changeHeaders(request: NetworkRequest, statusCode: number, headers: HeaderList): Promise<HeaderList> {
    const { received } = this;
    if (!received || !matches(received.filter, request.url)) return Promise.resolve(headers);
    const responseHeaders: Headers = {};
    for (const [name, value] of headers) (responseHeaders[name] ??= []).push(value);
    const { url, method, resourceType } = request;
    return new Promise((resolve) => {
      received.listener({ url, method, resourceType, statusCode, responseHeaders }, (answer) => {
        const changed = Object.entries(answer.responseHeaders ?? responseHeaders);
        resolve(
          changed.flatMap(([name, values]) =>
            [values].flat().map((value): [string, string] => [name, value]),
          ),
        );
      });
    });
  }
}

import type { Chromium } from './chromium.ts';
import { DevToolsError } from './connection.ts';
import type { Origins } from '../page/origins.ts';

type ErrorReason = 'Aborted' | 'Failed' | 'NameNotResolved' | 'BlockedByClient';
type HeaderList = [name: string, value: string][];

/** The part of `Fetch.requestPaused` that is used here. */
interface Paused {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly redirectedRequestId?: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly postDataEntries?: readonly { readonly bytes?: string }[];
  };
}

export interface NetworkRequest {
  readonly url: string;
  readonly method: string;
  readonly resourceType: string;
  readonly frameId: string;
  /** The request came from a redirect of an earlier one. */
  readonly redirected: boolean;
}

export interface NetworkRules {
  /** Whether a document may be loaded into a frame; the place of will-navigate and of permissions. */
  mayLoadDocument(request: NetworkRequest): Promise<boolean>;
  handlerFor(scheme: string): ((request: Request) => Response | Promise<Response>) | undefined;
  mayRequest(request: NetworkRequest): Promise<boolean>;
  changeHeaders(request: NetworkRequest, status: number, headers: HeaderList): Promise<HeaderList>;
}

function bodyOf(paused: Paused): Uint8Array<ArrayBuffer> | null {
  const entries = paused.request.postDataEntries ?? [];
  if (entries.length === 0) return null;
  return Uint8Array.from(Buffer.concat(entries.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'))));
}

/** Answers every request of every page from the app's protocol handlers, and fails all others. */
export class Network {
  private readonly chromium: Chromium;
  private readonly origins: Origins;
  private readonly rules: NetworkRules;

  constructor(chromium: Chromium, origins: Origins, rules: NetworkRules) {
    this.chromium = chromium;
    this.origins = origins;
    this.rules = rules;
  }

  async start(): Promise<void> {
    const { browser } = this.chromium;
    browser.on('Fetch.requestPaused', (paused) => {
      this.answer(paused).catch((error: unknown) => {
        // The page may have gone while its request was answered; anything else deserves to be seen.
        if (!(error instanceof DevToolsError)) process.stderr.write(`[protocol] ${String(error)}\n`);
      });
    });
    // On the browser's own session, so that workers and pages that are just being opened are covered as well.
    await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  }

  private async answer(paused: Paused): Promise<void> {
    const url = this.origins.toApp(paused.request.url);
    const request: NetworkRequest = {
      url,
      method: paused.request.method,
      resourceType: paused.resourceType,
      frameId: paused.frameId,
      redirected: paused.redirectedRequestId !== undefined,
    };
    if (paused.resourceType === 'Document' && !(await this.rules.mayLoadDocument(request))) {
      return this.fail(paused, 'Aborted');
    }
    if (!(await this.rules.mayRequest(request))) return this.fail(paused, 'BlockedByClient');
    const scheme = new URL(url).protocol.slice(0, -1);
    const handler = this.rules.handlerFor(scheme);
    if (handler) return this.serve(paused, request, handler);
    if (['file', 'data', 'blob', 'chrome', 'chrome-untrusted', 'devtools'].includes(scheme)) {
      await this.chromium.browser.send('Fetch.continueRequest', { requestId: paused.requestId });
      return;
    }
    return this.fail(paused, 'NameNotResolved');
  }

  private async serve(
    paused: Paused,
    request: NetworkRequest,
    handler: (request: Request) => Response | Promise<Response>,
  ): Promise<void> {
    const headers = new Headers();
    for (const [name, value] of Object.entries(paused.request.headers))
      headers.set(name, this.origins.toApp(value));
    const body = bodyOf(paused);
    let response: Response;
    try {
      const init = { method: request.method, headers };
      response = await handler(new Request(request.url, body === null ? init : { ...init, body }));
    } catch (error) {
      process.stderr.write(
        `[protocol] ${request.url}: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
      );
      return this.fail(paused, 'Failed');
    }
    if (response.type === 'error') return this.fail(paused, 'Failed');
    const listed = await this.rules.changeHeaders(request, response.status, [...response.headers]);
    const bytes = Buffer.from(await response.arrayBuffer());
    await this.chromium.browser.send('Fetch.fulfillRequest', {
      requestId: paused.requestId,
      responseCode: response.status,
      responseHeaders: listed.map(([name, value]) => ({ name, value: this.translateHeader(name, value) })),
      body: bytes.toString('base64'),
    });
  }

  private translateHeader(name: string, value: string): string {
    switch (name.toLowerCase()) {
      case 'content-security-policy':
      case 'content-security-policy-report-only':
        return this.origins.policyToChromium(value);
      case 'location':
      case 'access-control-allow-origin':
        return this.origins.toChromium(value);
      default:
        return value;
    }
  }

  private async fail(paused: Paused, errorReason: ErrorReason): Promise<void> {
    await this.chromium.browser.send('Fetch.failRequest', { requestId: paused.requestId, errorReason });
  }
}
